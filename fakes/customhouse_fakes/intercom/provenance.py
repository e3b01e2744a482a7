"""Everything that the fake does, with grade and source: refusals, switches, versions, uniqueness, and the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from customhouse_fakes.core.profiles import describe

from . import errors, versions
from .profile import IntercomLimits, IntercomProfile
from .state import identity

Row = dict[str, Any]


def provenance() -> list[Row]:
    """Rows of `id`, `kind`, `doc`, `grade`, `source`; switches and limits carry type and default too."""
    return [*_errors(), *_switches(), *_versions(), *_identity(), *_behaviours()]


def _errors() -> Iterator[Row]:
    for id, text in errors.table().items():
        doc = f"{text.status} {text.code}: {text.message}"
        yield {"id": f"error.{id}", "kind": "error", "doc": doc, "grade": text.grade, "source": text.source}


def _switches() -> Iterator[Row]:
    for kind, document in (("switch", IntercomProfile), ("limit", IntercomLimits)):
        for row in describe(document):
            yield {"id": f"{kind}.{row['name']}", "kind": kind, **row}


def _versions() -> Iterator[Row]:
    for id, row in versions.document()["behaviours"].items():
        yield {"id": f"version.{id}", "kind": "version", **row}
    for operation, since in versions.document()["operations"].items():
        doc = f"{operation} exists from {since}"
        source = "section 1, Versioning; OAS"
        yield {"id": f"version.{operation}", "kind": "version", "doc": doc, "grade": "documented", "source": source}


def _identity() -> Iterator[Row]:
    for number, row in enumerate(identity.rows(), 1):
        yield {"id": f"identity.{number}", "kind": "rule", "doc": row.doc, "grade": row.grade, "source": row.source}


def _behaviours() -> Iterator[Row]:
    document = tomllib.loads(files(__package__).joinpath("provenance.toml").read_text("utf-8"))
    for part, rows in document.items():
        for id, row in rows.items():
            yield {"id": f"{part}.{id}", "kind": "behaviour", **row}
