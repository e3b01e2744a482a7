"""What the control plane can do to one sandbox. Each view stands twice: under `/sandboxes/ID/` and, for the
development sandbox of the port, right under `/_customhouse/`."""

from __future__ import annotations

import zlib
from typing import Any

import orjson
from flask import Response, request

from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.errors import ClockError, HarnessError
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.schemas import load

NDJSON = "application/x-ndjson"
_sandbox_schema = load("customhouse_fakes.core.schemas", "sandbox")


def body() -> dict[str, Any]:
    """The request's JSON object; `{}` when there is no body."""
    raw = request.get_data()
    if not raw:
        return {}
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise HarnessError(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise HarnessError(f"the body must be a JSON object, got {type(document).__name__}")
    return document


def sandbox_settings(document: dict[str, Any]) -> dict[str, Any]:
    """Check the body of `POST /sandboxes`; raises `HarnessError` with every problem."""
    found = _sandbox_schema.problems(document)
    if found:
        raise HarnessError("the request for a sandbox was refused", problems=[str(problem) for problem in found])
    return document


def describe(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "id": sandbox.id,
        "provider": sandbox.provider.name,
        "seed": sandbox.seed,
        "now": sandbox.clock.now(),
        "journal": {"total": sandbox.journal.total, "evicted": sandbox.journal.evicted},
        "snapshots": sorted(sandbox.snapshots),
        "faults": sandbox.faults.served,
    }


def credentials(sandbox: Sandbox) -> dict[str, Any]:
    """All of them, as on creation: the ready line of `customhouse serve` says only the usual ones."""
    return sandbox.credentials


def reset(sandbox: Sandbox) -> dict[str, Any]:
    sandbox.reset()
    return describe(sandbox)


def state(sandbox: Sandbox) -> Response:
    lines = (orjson.dumps(line) + b"\n" for line in sandbox.provider.export(sandbox.state))
    return Response(b"".join(lines), content_type=NDJSON)


def seed(sandbox: Sandbox) -> dict[str, int]:
    return sandbox.provider.seed(sandbox.state, body())


def journal(sandbox: Sandbox) -> dict[str, Any]:
    found = sandbox.journal.find(**_filters())
    rows = found.rows[: _number("limit", 1000)]
    secrets = sandbox.secrets()
    return {
        "rows": [row.to_json(secrets) for row in rows],
        "matched": len(found.rows),
        "complete": found.complete,
        "total": sandbox.journal.total,
        "evicted": sandbox.journal.evicted,
    }


def journal_count(sandbox: Sandbox) -> dict[str, Any]:
    """`count` is null when evicted rows might have matched: absence cannot be told from forgetting."""
    found = sandbox.journal.find(**_filters())
    return {"count": len(found.rows) if found.complete else None, "at_least": len(found.rows)}


#: What `timeline` tells of an exchange, in this order. `digest` is equal for requests that are equal to the byte.
TIMELINE = (
    "n",
    "at",
    "took_ms",
    "method",
    "operation",
    "status",
    "delivery",
    "committed",
    "refused_by",
    "window",
    "limit",
    "digest",
)


def timeline(sandbox: Sandbox) -> dict[str, Any]:
    """The journal without heads and bodies, one list for each exchange: cheap to read while a run goes on."""
    rows = sandbox.journal.rows(_number("since"), _number("limit", 10_000))
    return {"columns": TIMELINE, "rows": [_moment(row) for row in rows], "total": sandbox.journal.total}


def _moment(row: Exchange) -> tuple[Any, ...]:
    request, quota = row.request, row.quota
    said = f"{request.method} {request.path}?{request.query_string}\n".encode() + request.body
    return (
        row.n,
        round(row.at, 6),
        round(row.took_ms, 3),
        request.method,
        row.operation,
        row.status,
        row.delivery,
        row.committed,
        row.refused_by,
        quota.window if quota else None,
        quota.limit if quota else None,
        zlib.crc32(said),
    )


def clear_journal(sandbox: Sandbox) -> dict[str, Any]:
    sandbox.journal.clear()
    return describe(sandbox)


def faults(sandbox: Sandbox) -> dict[str, Any]:
    return {"faults": sandbox.faults.status()}


def put_faults(sandbox: Sandbox) -> dict[str, Any]:
    sandbox.faults.put(body())
    return faults(sandbox)


def clear_faults(sandbox: Sandbox) -> dict[str, Any]:
    sandbox.faults.clear()
    return faults(sandbox)


def clock(sandbox: Sandbox) -> dict[str, Any]:
    return {"now": sandbox.clock.now(), "frozen": sandbox.clock.frozen}


def change_clock(sandbox: Sandbox) -> dict[str, Any]:
    """`{"action": A, ...}`: freeze (`at`, optional), advance (`seconds`), set (`at`), reset."""
    document = body()
    action = document.get("action")
    if action not in _CLOCK_ACTIONS:
        raise ClockError(f"action must be one of {', '.join(_CLOCK_ACTIONS)}, got {action!r}")
    method, argument, needed = _CLOCK_ACTIONS[action]
    value = document.get(argument) if argument else None
    if (needed and value is None) or isinstance(value, bool) or not isinstance(value, int | float | None):
        raise ClockError(f"{action} takes {argument!r} as a number of seconds, got {value!r}")
    if argument and value is not None:
        method(sandbox.clock, value)
    else:
        method(sandbox.clock)
    return clock(sandbox)


def snapshots(sandbox: Sandbox) -> dict[str, Any]:
    return {"snapshots": sorted(sandbox.snapshots)}


def save_snapshot(sandbox: Sandbox, name: str) -> dict[str, Any]:
    sandbox.save(name)
    return snapshots(sandbox)


def restore_snapshot(sandbox: Sandbox, name: str) -> dict[str, Any]:
    sandbox.restore(name)
    return snapshots(sandbox)


def forget_snapshot(sandbox: Sandbox, name: str) -> dict[str, Any]:
    sandbox.forget(name)
    return snapshots(sandbox)


def diagnostics(sandbox: Sandbox) -> dict[str, Any]:
    """Faults of the fake itself: crashes, and own answers that broke their schema (strict mode)."""
    return {"diagnostics": list(sandbox.diagnostics)}


def deliveries(sandbox: Sandbox) -> dict[str, Any]:
    """Every webhook with its attempts; `total` counts those too that are no longer kept."""
    return {"deliveries": [one.to_json() for one in sandbox.deliveries], "total": sandbox.deliveries.total}


def deliver_now(sandbox: Sandbox, delivery: str) -> tuple[dict[str, Any], int]:
    """Try a webhook at once, whatever its schedule says; what came of it shows in the list."""
    return sandbox.deliveries.deliver_now(delivery).to_json(), 202


def mail(sandbox: Sandbox) -> dict[str, Any]:
    return {"mail": [one.to_json() for one in sandbox.outbox]}


# (method, rule below the sandbox, view)
VIEWS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/credentials", credentials),
    ("POST,PUT", "/reset", reset),
    ("GET", "/state", state),
    ("POST", "/seed", seed),
    ("GET", "/journal", journal),
    ("GET", "/journal/count", journal_count),
    ("GET", "/journal/timeline", timeline),
    ("DELETE", "/journal", clear_journal),
    ("GET", "/faults", faults),
    ("PUT", "/faults", put_faults),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/clock", clock),
    ("POST,PUT", "/clock", change_clock),
    ("GET", "/snapshots", snapshots),
    ("PUT,POST", "/snapshots/<name>", save_snapshot),
    ("POST,PUT", "/snapshots/<name>/restore", restore_snapshot),
    ("DELETE", "/snapshots/<name>", forget_snapshot),
    ("GET", "/diagnostics", diagnostics),
    ("GET", "/deliveries", deliveries),
    ("POST", "/deliveries/<delivery>/deliver-now", deliver_now),
    ("GET", "/mail", mail),
)

# action -> (method, its argument, whether it is needed)
_CLOCK_ACTIONS: dict[str, tuple[Any, str | None, bool]] = {
    "freeze": (Clock.freeze, "at", False),
    "advance": (Clock.advance, "seconds", True),
    "set": (Clock.set, "at", True),
    "reset": (Clock.reset, None, False),
}


_TEXT_FILTERS = ("operation", "direction", "method", "path", "body_contains")


def _filters() -> dict[str, Any]:
    texts = {key: request.args[key] for key in _TEXT_FILTERS if key in request.args}
    numbers = {key: _number(key) for key in ("status", "since") if key in request.args}
    return {**texts, **numbers}


def _number(key: str, default: int = 0) -> int:
    text = request.args.get(key)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise HarnessError(f"{key} must be a whole number, got {text!r}")
    return int(text)
