"""Everything that the fake does, with grade and source: refusals, switches, versions, uniqueness, and the rest."""

from __future__ import annotations

from collections.abc import Iterator

from customhouse_fakes.core.provenance import Row, of_behaviours, of_errors, of_switches

from . import errors, versions
from .profile import IntercomLimits, IntercomProfile
from .state import identity


def provenance() -> list[Row]:
    """Rows as `core.provenance` has them."""
    refusals = ((id, text, f"{text.status} {text.code}: {text.message}") for id, text in errors.table().items())
    rows = [*of_errors(refusals), *of_switches(__package__, IntercomProfile, IntercomLimits)]
    return [*rows, *_versions(), *_identity(), *of_behaviours(__package__)]


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
