"""How far an import has come: by the clock, by polls, or at once (the switch `processing`)."""

from __future__ import annotations

from collections.abc import Callable

from customhouse_fakes.rally.profile import RallyProfile
from customhouse_fakes.rally.state.imports import Import

#: Under the clock, the work of an import is spread over so many moments.
SLICES = 10

Pace = Callable[[Import, float, RallyProfile], float | None]


def by_clock(imported: Import, now: float, profile: RallyProfile) -> float | None:
    """In even parts from begin to end; overlapping ones work at their end, so the last to end has the last word."""
    if now < imported.starts_at:
        return None
    if now >= imported.ends_at:
        return 1.0
    if profile.import_order == "overlapping":
        return 0.0
    return (now - imported.starts_at) / (imported.ends_at - imported.starts_at)


def by_polls(imported: Import, _: float, profile: RallyProfile) -> float | None:
    """`processing_polls` polls see it unfinished, the first of them not even begun."""
    if imported.ticks > profile.processing_polls:
        return 1.0
    if imported.ticks <= 1:
        return None
    return (imported.ticks - 1) / profile.processing_polls


def at_once(_: Import, __: float, ___: RallyProfile) -> float | None:
    return 1.0


PACES: dict[str, Pace] = {"clock": by_clock, "polls": by_polls, "at_once": at_once}


def next_moment(imported: Import, now: float, profile: RallyProfile) -> float | None:
    """When time alone moves an open import on: after now. None when it does not."""
    if profile.processing != "clock":
        return None
    if now < imported.starts_at:
        return imported.starts_at
    if profile.import_order == "overlapping":
        return imported.ends_at
    length = imported.ends_at - imported.starts_at
    moments = (imported.starts_at + part / SLICES * length for part in range(1, SLICES))
    return next((moment for moment in moments if moment > now), imported.ends_at)
