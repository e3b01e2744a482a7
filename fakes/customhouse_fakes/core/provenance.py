"""Rows that say of a fake's behaviour what it does, how sure that is, and where it is written.

A row has `id`, `kind`, `doc`, `grade`, `source`; switches and limits carry type and default too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, Literal, Protocol

from .profiles import describe

Row = dict[str, Any]
Grade = Literal["documented", "observed", "inferred", "invented"]


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


def of_switches(package: str, profile: type, limits: type) -> Iterator[Row]:
    """What a profile and its limits can be set to, as `profile.toml` of the package, or the core's, explains it."""
    own, core = _document(package, "profile.toml"), _document(__package__, "profile.toml")
    for kind, switches in (("switch", profile), ("limit", limits)):
        said = {**core.get(kind, {}), **own[kind]}
        for row in describe(switches):
            yield {"id": f"{kind}.{row['name']}", "kind": kind, **said[row["name"]], **row}


def of_behaviours(package: str) -> Iterator[Row]:
    """The rest, as `provenance.toml` of a provider's package has it."""
    for part, rows in _document(package, "provenance.toml").items():
        for id, row in rows.items():
            yield {"id": f"{part}.{id}", "kind": "behaviour", **row}


def _document(package: str, name: str) -> dict[str, dict[str, Row]]:
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
