"""What every operation does first: Accept, version, size, body, and what time has made due."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from customhouse_fakes.core.call import Call
from customhouse_fakes.core.schemas import Schema
from customhouse_fakes.intercom.errors import json_kind, refuse
from customhouse_fakes.intercom.versions import version

ACCEPTABLE = frozenset({"*/*", "application/*", "application/json"})


def prepare(call: Call, operation: str, body: Schema | None) -> None:
    """Set `call.version` and `call.json`, refusing what Intercom refuses before it looks at the resource."""
    accept = call.headers.get("accept")
    if accept is not None and not acceptable(accept):
        raise refuse("not_acceptable")
    call.version = version(call.headers.get("intercom-version", "").strip() or call.profile.app_version)
    call.version.require(operation)
    limit = call.profile.request_limit_bytes
    if limit and len(call.body) > limit:
        raise refuse("status_413")
    if body is not None:
        call.json = read_body(call.body, body)
    call.state.settle()


@lru_cache(maxsize=64)
def acceptable(header: str) -> bool:
    """Whether an Accept header lets JSON through; an empty one asks for nothing in particular."""
    ranges = [item.partition(";") for item in header.lower().split(",") if item.strip()]
    return not ranges or any(
        kind.strip() in ACCEPTABLE and "q=0" not in parameters.replace(" ", "").replace("q=0.", "").split(";")
        for kind, _, parameters in ranges
    )


def read_body(raw: bytes, schema: Schema) -> dict[str, Any]:
    """The JSON object of a body. Bodyless writes of several SDKs count as {} (contract section 1)."""
    try:
        document = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError as problem:
        raise refuse("malformed_json", problem=problem) from problem
    if not isinstance(document, dict):
        raise refuse("wrong_shape", where="The body", problem=f"must be an object, got {json_kind(document)}")
    if not schema.accepts(document):
        first = schema.problems(document)[0]
        raise refuse("wrong_shape", where=first.where or "The body", problem=first.message)
    return document
