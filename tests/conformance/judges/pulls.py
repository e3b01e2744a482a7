"""Hand-written records of an app that was asked for pages."""

import json
from dataclasses import replace
from typing import Any

from customhouse_conformance.facts import (
    Exchange,
    Header,
    Process,
    Request,
    Response,
    Row,
    Served,
    Source,
    State,
    UpstreamCall,
    Visit,
)
from customhouse_conformance.record import Record
from tests.conformance.judges.records import process

ADA: Row = {"external_id": "1", "first_name": "Ada", "email": "ada@example.com"}
BOB: Row = {"external_id": "2", "first_name": "Bob", "email": "bob@example.com"}
CYD: Row = {"external_id": "3", "first_name": "Cyd", "email": "cyd@example.com"}
ROWS = (ADA, BOB, CYD)
HOME = "home"


def asked(n: int, clients: list[Row] | None, status: int | None = 200, /, **facts: Any) -> Exchange:
    """A page that was asked for. `query` parameters: page, per_page, business_uid, and whatever else is given."""
    operation = facts.pop("operation", "export.page")
    group, took_ms, why = facts.pop("group", "s1"), facts.pop("took_ms", 5.0), facts.pop("why", None)
    query = {"business_uid": HOME, "page": "1", "per_page": "2", **{k: str(v) for k, v in facts.items()}}
    text = "" if clients is None else json.dumps({"data": {"clients": clients}})
    return Exchange(
        n=n,
        at=float(n),
        took_ms=took_ms,
        method="GET",
        path="/app/clients/export",
        query="&".join(f"{name}={value}" for name, value in query.items()),
        operation=operation,
        request=Request({}, "", 0),
        auth="ok",
        credential=None,
        status=status,
        response=Response({}, text, len(text)),
        delivery="complete" if status else "abandoned",
        committed=bool(status),
        why=why,
        direction="out",
        group=group,
    )


def probe(n: int, clients: list[Row] | None, status: int | None = 200, /, **facts: Any) -> Exchange:
    """A page that was asked for beside the walk."""
    return asked(n, clients, status, operation="export.probe", **facts)


def done(n: int, clients: list[Row] | None, status: int | None = 200, /, **facts: Any) -> Exchange:
    """Page -1."""
    return asked(n, clients, status, operation="export.done", **{"page": -1, **facts})


def start(n: int = 1, status: int = 201, **body: Any) -> Exchange:
    """The POST that begins an import."""
    document = {
        "fields_mapping": {"first_name": "First name", "email": "Email"},
        "import_params": {"should_override": False, "upload_type": "single"},
        **body,
    }
    text = json.dumps(document)
    changes: dict[str, Any] = {
        "method": "POST",
        "operation": "imports.start",
        "request": Request({}, text, len(text)),
        "direction": "in",
        "group": None,
    }
    return replace(asked(n, None, status), **changes)


def webhook(n: int, status: int | None = 200) -> Exchange:
    """A webhook that was sent."""
    return replace(asked(n, None, status), operation="webhook.deliver", method="POST")


def session(id: str = "s1", state: str = "completed", **facts: Any) -> Row:
    """The fake's export line of a session."""
    counts = dict.fromkeys(("received", "created", "updated", "skipped", "failed"), 0)
    because = {"completed": "complete"}.get(state, "page 2: status 500")
    line = {"type": "session", "id": id, "business_uid": HOME, "state": state, "ended_because": because}
    return {**line, "failures": [], **counts, **facts}


def client(row: Row, **facts: Any) -> Row:
    """The export line of a client that says what a row says."""
    return {"type": "client", "status": "active", "id": f"c-{row['external_id']}", **row, **facts}


def visit(what: str = "launch", status: int | None = 200, body: str = "", after: int = 0) -> Visit:
    """A page of the app that was opened."""
    return Visit(what, "http://127.0.0.1/x", after, status, body, 1.0)


def app(*visits: Visit, **facts: Any) -> Process:
    """The app's process: stopped by its signal."""
    defaults: dict[str, Any] = {"ended_by": "stopped", "first_exchange": 1, "last_exchange": 99}
    return process(**{**defaults, **facts, "visits": visits})


def pulled(*exchanges: Exchange, **facts: Any) -> Record:
    """A run with one session over three rows, two per page; all rows are in the store unless told otherwise."""
    rows = tuple(facts.get("rows", ROWS))
    lines = facts.get("sessions", [session()])
    stored = facts.get("after", [client(row) for row in rows])
    header = Header(
        "0", "test", "intandem", "test", 0, None, Source("json", None, {}, rows), "test",
        businesses=facts.get("businesses", {}), turned=facts.get("turned"), profile=facts.get("profile", {}),
    )  # fmt: skip
    return Record(
        header=header,
        processes=tuple(facts.get("processes", (app(visit()),))),
        exchanges=tuple(exchanges),
        states=(State("before", tuple(facts.get("before", ()))), State("after", (*stored, *lines))),
        served=Served({}, 0, journal_complete=True),
        upstream=tuple(UpstreamCall(n, "/", "", 200, 0, fault) for n, fault in enumerate(facts.get("upstream", ()), 1)),
    )


#: A walk as it should be: two clients, one client, -1.
WALK = (asked(2, [ADA, BOB]), asked(3, [CYD], page=2), done(4, []))

__all__ = [
    "ADA", "BOB", "CYD", "HOME", "ROWS", "WALK", "app", "asked", "client", "done", "probe", "pulled", "session",
    "start", "visit", "webhook",
]  # fmt: skip
