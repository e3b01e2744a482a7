"""Refusals in Intercom's words, from `errors.toml`.

`refuse("conflict_active", id=…, matched=…)` makes the exception; the texts, grades and sources are the data file's.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.provenance import Grade


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One row of the table. `message`, `why` and header values are format strings."""

    status: int
    code: str
    message: str
    why: str
    grade: Grade
    source: str
    request_id: bool = True
    headers: dict[str, str] = field(default_factory=dict)


@cache
def table() -> dict[str, ErrorText]:
    """Every refusal by id."""
    document = tomllib.loads(files(__package__).joinpath("errors.toml").read_text("utf-8"))
    return {id: ErrorText(**row) for id, row in document.items()}


def refuse(error: str, /, *, status: int | None = None, **facts: Any) -> VendorError:
    """The refusal `error` with its `{…}` filled in, ready to be raised.

    Its body is an `error.list` (contract section 1); a `request_id` of None is filled in by the dialect, and is
    absent where the vendor leaves it out. The rule that the journal shows is the id with its first `_` as a dot.
    """
    text = table()[error]
    body: dict[str, Any] = {"type": "error.list"}
    if text.request_id:
        body["request_id"] = None
    body["errors"] = [{"code": text.code, "message": text.message.format(**facts)}]
    return VendorError(
        status or text.status,
        body,
        rule=error.replace("_", ".", 1),
        why=text.why.format(**facts),
        headers={name: value.format(**facts) for name, value in text.headers.items()},
    )


def json_kind(value: object) -> str:
    """What Intercom calls the type of a JSON value in its refusals ("got String", contract section 2.3)."""
    return _KINDS.get(type(value), "Null")


_KINDS = {
    str: "String", bool: "Boolean", int: "Integer", float: "Float", list: "Array", dict: "Hash",
}  # fmt: skip
