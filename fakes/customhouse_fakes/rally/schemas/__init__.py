"""JSON Schema files (draft 2020-12): request bodies by operation, own answers by name, webhooks, seed and app."""

from __future__ import annotations

from functools import cache

from customhouse_fakes.core import schemas
from customhouse_fakes.core.schemas import Schema


@cache
def schema(file: str, part: str | None = None) -> Schema:
    """A schema file of this folder, or one of its `$defs`; compiled once."""
    whole = schemas.load(__package__, file)
    return whole if part is None else Schema({**whole.document, "$ref": f"#/$defs/{part}"})


@cache
def parts(file: str) -> frozenset[str]:
    """The names of the `$defs` of a file."""
    return frozenset(schema(file).document["$defs"])
