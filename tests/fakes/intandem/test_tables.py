"""What the tables of the fake inTandem share beyond those of every fake: keys, operations, types, sections."""

from __future__ import annotations

import dataclasses

from customhouse_fakes.intandem.http.routes import BY_OPERATION, ROUTES
from customhouse_fakes.intandem.provenance import provenance
from customhouse_fakes.intandem.schemas import parts, schema
from customhouse_fakes.intandem.state import plan
from customhouse_fakes.intandem.state.fields import TYPES, standard


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


def test_every_source_names_its_section() -> None:
    for row in provenance():
        # What the core itself bounds, and what only its transport says, is no vendor's.
        assert "section" in row["source"] or row["id"] == "limit.journal", row["id"]
