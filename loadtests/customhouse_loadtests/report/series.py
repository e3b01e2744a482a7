"""A fold as lines to draw: seconds since the first start, in bins that a screen can show. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from customhouse_loadtests.fold import Calls, Fold

MOST_BINS = 300


@dataclass(frozen=True, slots=True)
class Bin:
    """`at` is its middle, in seconds since the first start; `wide` its length."""

    at: float
    wide: int
    calls: Calls

    @property
    def rows_per_s(self) -> float:
        return self.calls.rows / self.wide

    @property
    def calls_per_s(self) -> float:
        return self.calls.n / self.wide


def binned(fold: Fold) -> list[Bin]:
    """All seconds from the first to the last call, those without calls too; wider than a second for long runs."""
    if not fold.seconds:
        return []
    first, last = min(fold.seconds), max(fold.seconds)
    wide = max(1, math.ceil((last - first + 1) / MOST_BINS))
    zero = fold.first if fold.first is not None else first
    bins = []
    for begin in range(first, last + 1, wide):
        calls = Calls()
        for at in range(begin, begin + wide):
            one = fold.seconds.get(at)
            if one is not None:
                calls.add({"n": one.n, "rows": one.rows, "refused": one.refused, "broken": one.broken, "ms": one.ms})
        bins.append(Bin(max(0.0, begin + wide / 2 - zero), wide, calls))
    return bins


def users_at(fold: Fold, second: int) -> int | None:
    """Users that were noted last before the end of a second."""
    known = [count for at, count in fold.users if at < second + 1]
    return known[-1] if known else None


def sampled(fold: Fold, key: str) -> dict[str, list[tuple[float, float]]]:
    """Points of a sample by stage."""
    zero = fold.first or 0.0
    return {
        stage: points
        for stage, facts in fold.samples.items()
        if (points := [(at - zero, fact[key]) for at, fact in sorted(facts.items()) if fact.get(key) is not None])
    }
