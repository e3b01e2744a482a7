"""The tables of each fake and the code that reads them agree: nothing is named that is not there, nothing is unread."""

from __future__ import annotations

import ast
import dataclasses
import string
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.intandem.provider import IntandemProvider
from customhouse_fakes.intercom.provider import IntercomProvider
from customhouse_fakes.rally.provider import RallyProvider

from .tables import Tables

GRADES = {"documented", "observed", "inferred", "invented"}
#: What the core reads of every provider's limits.
BY_THE_CORE = {field.name for field in dataclasses.fields(CoreLimits)} | {"app", "workspace", "window_s"}
#: Ids that the code puts together: of one of these, and the family of the path or a status.
MADE = ("not_found_", "malformed_", "status_")


@pytest.fixture(scope="module", params=[IntandemProvider, IntercomProvider, RallyProvider], ids=lambda one: one.name)
def fake(request: pytest.FixtureRequest) -> Tables:
    return Tables(request.param())


def names(type: type) -> set[str]:
    return {field.name for field in dataclasses.fields(type)}


def calls_of_refuse(fake: Tables) -> Iterator[tuple[str, ast.Call, str]]:
    """Every `refuse("literal", …)`: where it stands, the call, the literal."""
    for name, node in fake.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refuse":
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield f"{name}:{node.lineno}", node, str(first.value)


def placeholders(text: Any) -> set[str]:
    """What a text of the table wants to be told."""
    templates = [getattr(text, part, None) or "" for part in ("message", "code", "why")]
    templates += getattr(text, "headers", {}).values()
    return {name.split("!")[0] for one in templates for _, name, _, _ in string.Formatter().parse(one) if name}


def test_every_refusal_in_the_code_is_in_the_table_and_is_filled_in(fake: Tables) -> None:
    calls = list(calls_of_refuse(fake))
    assert len(calls) > 20
    for place, call, id in calls:
        lacking = placeholders(fake.refusals[id]) - {keyword.arg for keyword in call.keywords}
        assert not lacking, f"{place} {id}"


def test_every_text_of_the_table_can_be_reached(fake: Tables) -> None:
    known = fake.quoted | fake.ruled
    assert [id for id in fake.refusals if id not in known and not id.startswith(MADE)] == []


def test_every_switch_is_read_somewhere(fake: Tables) -> None:
    read = {node.attr for _, node in fake.nodes if isinstance(node, ast.Attribute)}
    assert names(fake.provider.profile_type) <= read | fake.ruled
    assert names(fake.provider.limits_type) == BY_THE_CORE


def test_each_switch_and_limit_has_its_meaning_and_there_is_no_other(fake: Tables) -> None:
    said = fake.said("profile.toml")
    assert set(said) == {"switch", "limit"}
    assert set(said["switch"]) == names(fake.provider.profile_type)
    assert set(said["limit"]) == names(fake.provider.limits_type) - names(CoreLimits)


def test_every_behaviour_is_graded_once_with_its_source(fake: Tables) -> None:
    rows = fake.provider.provenance()
    ids = {row["id"] for row in rows}
    assert len(ids) == len(rows)
    assert {f"error.{id}" for id in fake.refusals} <= ids
    for row in rows:
        assert row["grade"] in GRADES, row["id"]
        assert row["doc"], row["id"]
        assert row["source"], row["id"]


def test_the_state_knows_no_flask_and_no_socket(fake: Tables) -> None:
    modules = (path.stem for path in (fake.folder / "state").glob("*.py"))
    wanted = ", ".join(f"customhouse_fakes.{fake.provider.name}.state.{name}" for name in modules if name != "__init__")
    program = f"import sys, {wanted}; sys.exit('flask' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
