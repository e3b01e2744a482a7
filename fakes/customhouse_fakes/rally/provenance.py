"""Everything that the fake does, with grade and source: refusals, switches, limits, and the rest."""

from __future__ import annotations

from customhouse_fakes.core.provenance import Row, of_behaviours, of_errors, of_switches

from . import errors
from .profile import RallyLimits, RallyProfile


def provenance() -> list[Row]:
    """Rows as `core.provenance` has them."""
    refusals = ((id, text, f"{text.status} {text.message}") for id, text in errors.table().items())
    return [*of_errors(refusals), *of_switches(__package__, RallyProfile, RallyLimits), *of_behaviours(__package__)]
