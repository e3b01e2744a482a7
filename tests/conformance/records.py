"""Records written by hand, for judging without running anything."""

from typing import Any

from customhouse_conformance.facts import Exchange, Header, Process, Request, Response, Served, Source, State
from customhouse_conformance.record import Record

ROWS = ({"external_id": "1", "name": "Ada", "email": "ada@example.com"},)


def header(**changes: Any) -> Header:
    values: dict[str, Any] = {
        "suite": "0",
        "importer": "acme",
        "provider": "intercom",
        "scenario": "plain",
        "seed": 0,
        "capabilities": None,
        "source": Source("csv", None, {}, ROWS),
        "command": "acme {source}",
    }
    return Header(**{**values, **changes})


def process(**changes: Any) -> Process:
    values: dict[str, Any] = {
        "n": 1,
        "label": "first",
        "exit_code": 0,
        "ended_by": "itself",
        "duration_s": 0.1,
        "stdout": "1 rows",
        "stderr": "",
        "files": {},
        "secrets": (),
        "first_exchange": 1,
        "last_exchange": 1,
    }
    return Process(**{**values, **changes})


def exchange(n: int = 1, body: str = '{"external_id": "1"}', **changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "n": n,
        "at": 1_790_000_000.0,
        "took_ms": 0.5,
        "method": "POST",
        "path": "/contacts",
        "query": "",
        "operation": "contacts.create",
        "request": Request({}, body, len(body)),
        "auth": "ok",
        "credential": "token",
        "status": 200,
        "response": Response({}, body),
        "delivery": "complete",
        "committed": True,
    }
    return Exchange(**{**values, **changes})


def record(**changes: Any) -> Record:
    values: dict[str, Any] = {
        "header": header(),
        "processes": (process(),),
        "exchanges": (exchange(),),
        "states": (State("before", ()), State("after", ({"type": "contact", **ROWS[0]},))),
        "served": Served({}, 0, True),
    }
    return Record(**{**values, **changes})
