"""What was measured: samples by name, and the few statistics that are made of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Sample by sample: both of a pair were taken side by side, so the machine's noise is in both."""
    return [a / b for a, b in zip(over, under, strict=True)]


class Ledger:
    """Samples by dotted name (`create.1.p50_ms`; the unit is in the name). A measure's value is their median."""

    def __init__(self) -> None:
        self._samples: dict[str, list[float]] = {}

    def add(self, name: str, *values: float) -> None:
        self._samples.setdefault(name, []).extend(values)

    def add_all(self, prefix: str, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.add(f"{prefix}.{name}", value)

    def take(self, other: Ledger) -> None:
        """Add all that another has."""
        for name, values in other._samples.items():
            self.add(name, *values)

    def samples(self, name: str) -> list[float]:
        return self._samples[name]

    def value(self, name: str) -> float | None:
        """The median of the samples; None if it was not measured."""
        samples = self._samples.get(name)
        return median(samples) if samples else None

    def to_json(self) -> dict[str, Any]:
        """`{name: {"value", "samples"}}`."""
        return {name: {"value": median(samples), "samples": samples} for name, samples in self._samples.items()}
