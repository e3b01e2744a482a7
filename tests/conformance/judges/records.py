"""Hand-written records: a source, a store before and after, exchanges, processes."""

import json
from typing import Any

from customhouse_conformance.facts import (
    Exchange,
    Header,
    Process,
    Request,
    Response,
    Row,
    Secret,
    Served,
    Source,
    State,
    Stray,
)
from customhouse_conformance.record import Record

ANN: Row = {"external_id": "1", "email": "ann@example.com", "name": "Ann", "role": "user"}
BOB: Row = {"external_id": "2", "email": "bob@example.com", "name": "Bob", "role": "user"}
LEA: Row = {"external_id": "3", "email": "lea@example.com", "name": "Lea", "role": "lead"}


def contact(row: Row, id: str | None = None, status: str = "active", **changes: Any) -> Row:
    """The export line of a contact that says what a row says."""
    stored = {"custom_attributes": {}, "phone": None, **row, **changes}
    if stored.get("role") == "lead":
        stored["external_id"] = "made-by-the-server"
    return {"type": "contact", "status": status, "id": id or f"id-{row.get('external_id')}", **stored}


def exchange(n: int, operation: str = "contacts.create", status: int | None = 200, **facts: Any) -> Exchange:
    body = json.dumps(facts.pop("body", {}))
    defaults: dict[str, Any] = {
        "at": float(n),
        "took_ms": 1.0,
        "method": facts.pop("method", "POST"),
        "path": facts.pop("path", "/contacts"),
        "query": "",
        "request": Request(facts.pop("headers", {}), body, len(body)),
        "auth": "ok",
        "credential": "token",
        "response": Response({}, ""),
        "delivery": "complete",
        "committed": status == 200,
    }
    return Exchange(n=n, operation=operation, status=status, **{**defaults, **facts})


def process(label: str = "first", exit_code: int | None = 0, **facts: Any) -> Process:
    defaults: dict[str, Any] = {
        "ended_by": "itself",
        "duration_s": 0.1,
        "stdout": "",
        "stderr": "",
        "files": {},
        "secrets": (),
        "first_exchange": None,
        "last_exchange": None,
    }
    return Process(n=1, label=label, exit_code=exit_code, **{**defaults, **facts})


def record(
    *rows: Row,
    after: list[Row] | None = None,
    before: list[Row] | None = None,
    between: list[Row] | None = None,
    exchanges: tuple[Exchange, ...] = (),
    processes: tuple[Process, ...] = (process(),),
    strays: tuple[Stray, ...] = (),
    source_format: str = "json",
) -> Record:
    """A run that imported its rows without a fault, unless told otherwise."""
    stored = [contact(row) for row in rows] if after is None else after
    states = [State("before", tuple(before or ())), State("after", tuple(stored))]
    if between is not None:
        states.insert(1, State("between", tuple(between)))
    source = Source(source_format, None, {}, tuple(rows))
    header = Header("0", "test", "intercom", "test", 0, None, source, "test")
    return Record(header, processes, exchanges, tuple(states), Served({}, 0, journal_complete=True), strays)


__all__ = ["ANN", "BOB", "LEA", "Secret", "Stray", "contact", "exchange", "process", "record"]
