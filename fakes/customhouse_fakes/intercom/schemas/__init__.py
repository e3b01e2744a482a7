"""JSON Schema files (draft 2020-12): request bodies, own answers, and the seed document."""

from __future__ import annotations

from functools import cache

from customhouse_fakes.core import schemas
from customhouse_fakes.core.schemas import Schema


@cache
def schema(name: str) -> Schema:
    """The schema file of that name in this folder, compiled once."""
    return schemas.load(__package__, name)
