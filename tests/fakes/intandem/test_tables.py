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

import customhouse_fakes.intandem as package
from customhouse_fakes.intandem import provenance
from customhouse_fakes.intandem.errors import table
from customhouse_fakes.intandem.http.routes import BY_OPERATION, ROUTES
from customhouse_fakes.intandem.profile import IntandemLimits, IntandemProfile
from customhouse_fakes.intandem.schemas import parts, schema
from customhouse_fakes.intandem.state import plan
from customhouse_fakes.intandem.state.fields import TYPES, standard

ROOT = Path(package.__path__[0])
SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
GRADES = {"documented", "observed", "inferred", "invented"}
# Made of a prefix and the family of the path.
BY_FAMILY = {
    f"{prefix}_{family}" for prefix in ("not_found", "status", "malformed") for family in ("business", "platform")
}


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
    nodes = (node for tree in SOURCES.values() for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_refusal_in_the_code_is_in_the_table_and_is_filled_in() -> None:
    calls = list(refusals())
    assert len(calls) > 30
    for path, call, id in calls:
        text = table()[id]
        given = {keyword.arg for keyword in call.keywords}
        needed = placeholders(text.message, text.code, text.why)
        assert needed <= given, f"{path.name}:{call.lineno} {id} lacks {needed - given}"


def test_every_text_of_the_table_can_be_reached() -> None:
    known = literals() | BY_FAMILY
    assert [id for id in table() if id not in known] == []


@pytest.mark.parametrize("profile", [IntandemProfile, IntandemLimits])
def test_every_switch_is_read_somewhere(profile: type) -> None:
    read = {node.attr for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    by_the_core = {"journal", "app", "workspace", "window_s", "windows_from"}
    own = {field.name for field in dataclasses.fields(profile)} - by_the_core
    assert own <= read


def test_the_pull_plan_and_its_schema_have_the_same_keys() -> None:
    keys = {field.name for field in dataclasses.fields(plan.PullPlan)} - {"document"}
    assert set(schema("pull_plan").document["properties"]) == keys
    assert keys >= plan.WITHIN_THE_RULES


def test_operations_and_schemas_name_each_other() -> None:
    assert parts("requests") <= set(BY_OPERATION)
    own_words = {"imports.start", "oauth.service_token", "oauth.token"}
    needing = {route.operation for route in ROUTES if route.method in ("POST", "PUT")}
    assert needing == parts("requests") | own_words
    for file, part in [("requests", p) for p in parts("requests")] + [("answers", p) for p in parts("answers")]:
        schema(file, part)
    assert {route.answer for route in ROUTES} <= parts("answers")


def test_field_types_are_the_same_everywhere() -> None:
    seeded = schema("seed").document["properties"]["fields"]["items"]["properties"]["type"]["enum"]
    assert set(seeded) == set(TYPES)
    assert {row["type"] for row in standard().values()} <= set(TYPES)


def test_provenance_covers_every_refusal_and_switch() -> None:
    rows = {row["id"]: row for row in provenance.provenance()}
    assert len(rows) == len(provenance.provenance())
    assert {f"error.{id}" for id in table()} <= set(rows)
    assert {f"switch.{field.name}" for field in dataclasses.fields(IntandemProfile)} <= set(rows)
    for id, row in rows.items():
        assert row["grade"] in GRADES, id
        assert row["doc"], id
        # What the core itself bounds, and what only its transport says, is no vendor's.
        assert "section" in row["source"] or id == "limit.journal", id


def test_the_state_knows_no_flask_and_no_socket() -> None:
    program = (
        "import sys, customhouse_fakes.intandem.state.account, customhouse_fakes.intandem.state.seeding;"
        "sys.exit('flask' in sys.modules or 'requests' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
