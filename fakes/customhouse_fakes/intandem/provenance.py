"""Everything that the fake does, with grade and source: refusals, switches, limits, and the rest."""

from __future__ import annotations

from customhouse_fakes.core.provenance import Row, of_behaviours, of_errors, of_switches

from . import errors
from .profile import IntandemLimits, IntandemProfile


def provenance() -> list[Row]:
    """Rows as `core.provenance` has them."""
    refusals = ((id, text, f"{text.status} {text.message or text.body}") for id, text in errors.table().items())
    return [
        *of_errors(refusals),
        *of_switches(__package__, IntandemProfile, IntandemLimits),
        *of_behaviours(__package__),
    ]
