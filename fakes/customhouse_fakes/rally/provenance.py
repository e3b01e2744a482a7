"""Everything that the fake does, with grade and source: refusals, switches, limits, and the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from customhouse_fakes.core.profiles import describe

from . import errors
from .profile import RallyLimits, RallyProfile

Row = dict[str, Any]


def provenance() -> list[Row]:
    """Rows of `id`, `kind`, `doc`, `grade`, `source`; switches and limits carry type and default too."""
    return [*_errors(), *_switches(), *_behaviours()]


def _errors() -> Iterator[Row]:
    for id, text in errors.table().items():
        doc = f"{text.status} {text.message}"
        yield {"id": f"error.{id}", "kind": "error", "doc": doc, "grade": text.grade, "source": text.source}


def _switches() -> Iterator[Row]:
    for kind, document in (("switch", RallyProfile), ("limit", RallyLimits)):
        for row in describe(document):
            yield {"id": f"{kind}.{row['name']}", "kind": kind, **row}


def _behaviours() -> Iterator[Row]:
    document = tomllib.loads(files(__package__).joinpath("provenance.toml").read_text("utf-8"))
    for part, rows in document.items():
        for id, row in rows.items():
            yield {"id": f"{part}.{id}", "kind": "behaviour", **row}
