"""The only module that makes random numbers: one seeded source, so that a run's jitter repeats."""

from __future__ import annotations

import random


class Jitter:
    """Spreads waits so that many workers do not come back at the same instant."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - spreads waits, guards nothing

    def spread(self, seconds: float) -> float:
        """A wait between half of `seconds` and all of it."""
        return seconds * (0.5 + self._random.random() / 2)
