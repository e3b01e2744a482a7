"""Hand-written records of imports into Rally: rows, people before and after, requests, polls, webhooks."""

import json
from typing import Any

from customhouse_conformance.facts import Exchange, Header, Process, Request, Response, Row, Served, Source, State
from customhouse_conformance.record import Record

from .records import exchange as plain_exchange
from .records import process

ANN: Row = {"email": "ann@example.com", "first_name": "Ann", "properties": {"Tier": "gold"}}
BOB: Row = {"email": "bob@example.com", "first_name": "Bob"}
CAT: Row = {"phone": "+1 415 777-7777", "first_name": "Cat"}

TIER: Row = {"type": "property", "propertyId": "p-tier", "name": "Tier", "propertyType": "STRING"}
WORDS = {"first_name": "firstName", "last_name": "lastName", "opted_out": "isOptedOut",
         "last_contact_date": "lastContactDate", "additional_emails": "additionalEmails"}  # fmt: skip


def person(row: Row, id: str | None = None, **changes: Any) -> Row:
    """The export line of a person that says what a row says."""
    stored = {WORDS.get(key, key): value for key, value in {**row, **changes}.items()}
    usual: Row = {"email": None, "phone": None, "isOptedOut": False, "properties": {}, "populationIds": []}
    return {"type": "person", "personId": id or f"id-{row.get('email') or row.get('phone')}", **usual, **stored}


def sent(row: Row) -> Row:
    """A row as a request has it, properties by name and type."""
    wire = {WORDS.get(key, key): value for key, value in row.items() if key != "properties"}
    named = [
        {"name": name, "propertyType": "STRING", "value": value} for name, value in row.get("properties", {}).items()
    ]
    return {**wire, "properties": named} if "properties" in row else wire


def post(n: int, *rows: Row, id: str | None = "imp-1", status: int | None = 202, **facts: Any) -> Exchange:
    """A request with people, accepted unless told otherwise."""
    accepted = status is None or status < 300
    body = json.dumps({"message": "ok", "count": len(rows), "importId": id}) if accepted else "{}"
    refused = {} if accepted else {"refused_by": "rule:refused"}
    facts = {"committed": accepted, "response": Response({}, body), **refused, **facts}
    return plain_exchange(
        n, "people.import", status, body={"people": [sent(row) for row in rows]}, path="/people/import", **facts
    )


def poll(
    n: int, id: str = "imp-1", state: str = "COMPLETED", failed: list[Row] | None = None, **facts: Any
) -> Exchange:
    """A question after an import."""
    body = json.dumps({"importId": id, "status": state, "failedRecords": failed})
    status = facts.pop("status", 200)
    facts = {"path": f"/imports/{id}", "method": "GET", "response": Response({}, body), **facts}
    return plain_exchange(n, "imports.get", status, **facts)


def webhook(n: int, status: int | None = 200, id: str = "imp-1", **facts: Any) -> Exchange:
    """A webhook about an import that has ended."""
    body = {"_eventType": "person_import.api.finished", "importId": id, "status": "COMPLETED", "failedRecords": None}
    return plain_exchange(n, "webhook.deliver", status, body=body, direction="out", path="/webhooks/rally", **facts)


def imported(id: str = "imp-1", status: str = "COMPLETED", records: int = 1, failures: list[Row] | None = None) -> Row:
    """The export line of an import."""
    return {"type": "import", "importId": id, "status": status, "records": records, "failures": failures or [],
            "failedRecords": [{"email": one.get("email")} for one in failures or []] or None}  # fmt: skip


def record(
    *rows: Row,
    after: list[Row] | None = None,
    before: list[Row] | None = None,
    between: list[Row] | None = None,
    exchanges: tuple[Exchange, ...] = (),
    processes: tuple[Process, ...] = (process(),),
    told: dict[str, Any] | None = None,
    profile: dict[str, Any] | None = None,
    capabilities: tuple[str, ...] | None = None,
    format: str = "ndjson",
) -> Record:
    """A run that imported its rows without a fault, unless told otherwise."""
    stored = [person(row) for row in rows] if after is None else after
    states = [State("before", tuple(before or ())), State("after", tuple(stored))]
    if between is not None:
        states.insert(1, State("between", tuple(between)))
    header = Header(
        suite="0",
        importer="test",
        provider="rally",
        scenario="test",
        seed=0,
        capabilities=capabilities,
        source=Source(format, None, {}, tuple(rows)),
        command="test",
        profile=profile or {},
        told={"identifier": "email", "population": None, "types": {"Tier": "STRING"}, **(told or {})},
    )
    return Record(header, processes, exchanges, tuple(states), Served({}, 0, journal_complete=True))


__all__ = ["ANN", "BOB", "CAT", "TIER", "Request", "imported", "person", "poll", "post", "process", "record", "webhook"]
