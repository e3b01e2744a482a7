"""The tables and the code that reads them agree: nothing is named that is not there, nothing is there unread."""

from __future__ import annotations

import ast
import dataclasses
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import customhouse_fakes.intercom as package
from customhouse_fakes.intercom import provenance, versions
from customhouse_fakes.intercom.errors import refuse, table
from customhouse_fakes.intercom.http.routes import BY_OPERATION, ROUTES
from customhouse_fakes.intercom.profile import IntercomLimits, IntercomProfile
from customhouse_fakes.intercom.schemas import parts, schema
from customhouse_fakes.intercom.search import fields
from customhouse_fakes.intercom.state import contacts, identity

ROOT = Path(package.__path__[0])
SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
TABLES = "".join(path.read_text("utf-8") for path in (ROOT / "state").glob("*.toml"))
GRADES = {"documented", "observed", "inferred", "invented"}
STATUSES = {"active", "archived", "deleted", "merged", "blocked"}


def refusals() -> Iterator[tuple[Path, ast.Call, str]]:
    """Every `refuse("literal", …)` of the package."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refuse":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield path, node, str(first.value)


def placeholders(*templates: str) -> set[str]:
    return {name.split("!")[0] for text in templates for _, name, _, _ in string.Formatter().parse(text) if name}


def literals() -> set[str]:
    return {
        node.value
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_refusal_in_the_code_is_in_the_table_and_is_filled_in() -> None:
    calls = list(refusals())
    assert len(calls) > 50
    for path, call, id in calls:
        text = table()[id]
        given = {keyword.arg for keyword in call.keywords}
        needed = placeholders(text.message, text.why, *text.headers.values())
        assert needed <= given, f"{path.name}:{call.lineno} {id} lacks {needed - given}"


def test_every_text_of_the_table_can_be_reached() -> None:
    known = literals()
    unreached = [id for id in table() if id not in known and id not in TABLES and not id.startswith("status_")]
    assert unreached == []


def test_texts_with_dynamic_ids_are_filled_in() -> None:
    for status in ("active", "archived", "deleted", "merged", "blocked"):
        answer = identity._document()["answers"][status]
        refuse(answer, id="x", matched="email", state=status)
    for move in contacts.moves().values():
        for outcome in move.values():
            if outcome in table():
                refuse(outcome, problem="x", into="y")


def test_moves_know_every_status_and_lead_to_one() -> None:
    for move, outcomes in contacts.moves().items():
        assert set(outcomes) == STATUSES, move
        assert set(outcomes.values()) <= STATUSES | set(table()), move


@pytest.mark.parametrize("profile", [IntercomProfile, IntercomLimits])
def test_every_switch_is_read_somewhere(profile: type) -> None:
    read = {node.attr for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    by_name = {row.unless for row in identity.rows()}
    by_the_core = {"journal", "body_bytes", "app", "workspace", "window_s", "windows_from"}
    own = {field.name for field in dataclasses.fields(profile)} - by_the_core
    assert own <= read | by_name


def test_every_behaviour_of_a_version_is_asked_for() -> None:
    assert set(versions.document()["behaviours"]) <= literals()
    assert set(versions.document()["operations"]) <= set(BY_OPERATION)


def test_operations_and_schemas_name_each_other() -> None:
    assert parts("requests") <= set(BY_OPERATION)
    needing = {route.operation for route in ROUTES if route.method in ("POST", "PUT")}
    assert needing == parts("requests")
    for file, part in [("requests", p) for p in parts("requests")] + [("answers", p) for p in parts("answers")]:
        schema(file, part)
    assert {route.answer for route in ROUTES} <= parts("answers")


def test_every_searchable_field_has_a_type_with_operators() -> None:
    document = fields.document()
    assert set(document["fields"]) <= set(document["operators"])
    assert set(document["data_types"].values()) <= set(document["operators"])


def test_provenance_covers_every_refusal_switch_and_version() -> None:
    rows = {row["id"]: row for row in provenance.provenance()}
    assert len(rows) == len(provenance.provenance())
    assert {f"error.{id}" for id in table()} <= set(rows)
    assert {f"switch.{field.name}" for field in dataclasses.fields(IntercomProfile)} <= set(rows)
    assert {f"limit.{field.name}" for field in dataclasses.fields(IntercomLimits)} <= set(rows)
    assert {f"version.{id}" for id in versions.document()["behaviours"]} <= set(rows)
    for id, row in rows.items():
        assert row["grade"] in GRADES, id
        assert row["doc"], id
        # The core's own limits are no vendor's, so no section of the contract speaks of them.
        assert row["kind"] == "limit" or "section" in row["source"], id


def test_the_state_knows_no_flask() -> None:
    program = (
        "import sys, customhouse_fakes.intercom.state.workspace, customhouse_fakes.intercom.state.seeding;"
        "sys.exit('flask' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
