"""What the tables of the fake Intercom share beyond those of every fake: moves, versions, operations, sections."""

from __future__ import annotations

from customhouse_fakes.intercom import versions
from customhouse_fakes.intercom.errors import refuse, table
from customhouse_fakes.intercom.http.routes import BY_OPERATION, ROUTES
from customhouse_fakes.intercom.provenance import provenance
from customhouse_fakes.intercom.provider import IntercomProvider
from customhouse_fakes.intercom.schemas import parts, schema
from customhouse_fakes.intercom.search import fields
from customhouse_fakes.intercom.state import contacts, identity
from tests.fakes.tables import Tables

STATUSES = {"active", "archived", "deleted", "merged", "blocked"}


def test_texts_with_dynamic_ids_are_filled_in() -> None:
    for status in STATUSES:
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


def test_every_behaviour_of_a_version_is_asked_for() -> None:
    assert set(versions.document()["behaviours"]) <= Tables(IntercomProvider()).quoted
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


def test_provenance_covers_every_version_and_names_its_section() -> None:
    rows = {row["id"]: row for row in provenance()}
    assert {f"version.{id}" for id in versions.document()["behaviours"]} <= set(rows)
    for id, row in rows.items():
        # The core's own limits are no vendor's, so no section of the contract speaks of them.
        assert row["kind"] == "limit" or "section" in row["source"], id
