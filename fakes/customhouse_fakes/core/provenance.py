"""Rows that say of a fake's behaviour what it does, how sure that is, and where it is written.

A row has `id`, `kind`, `doc`, `grade`, `source`; switches and limits carry type and default too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, Protocol

from .profiles import describe

Row = dict[str, Any]


class Graded(Protocol):
    """A refusal of which it is known where it was seen."""

    @property
    def grade(self) -> str: ...

    @property
    def source(self) -> str: ...


def of_errors(errors: Iterable[tuple[str, Graded, str]]) -> Iterator[Row]:
    """The vendor's refusals: id, text, and how it reads."""
    for id, text, doc in errors:
        yield {"id": f"error.{id}", "kind": "error", "doc": doc, "grade": text.grade, "source": text.source}


def of_switches(profile: type, limits: type) -> Iterator[Row]:
    """What a profile and its limits can be set to."""
    for kind, document in (("switch", profile), ("limit", limits)):
        for row in describe(document):
            yield {"id": f"{kind}.{row['name']}", "kind": kind, **row}


def of_behaviours(package: str) -> Iterator[Row]:
    """The rest, as `provenance.toml` of a provider's package has it."""
    document = tomllib.loads(files(package).joinpath("provenance.toml").read_text("utf-8"))
    for part, rows in document.items():
        for id, row in rows.items():
            yield {"id": f"{part}.{id}", "kind": "behaviour", **row}
