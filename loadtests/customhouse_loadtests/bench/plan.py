"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

CONNECTIONS = (1, 8, 32)
PROCESSES = 2
FULL_RECORDS = 50_000
QUICK_RECORDS = 5_000
JOURNALED_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """`records`: contacts of the large workspace. `early`: those of the small one. `window`: creates compared around
    both. `calls`: requests of one timed burst. `journaled`: calls of which the journal's growth is taken."""

    records: int
    early: int
    window: int
    calls: int
    journaled: int
    rounds: int

    @classmethod
    def of(cls, records: int, rounds: int) -> Self:
        """The 1,000th against the 50,000th with 50,000 records; smaller workspaces in proportion."""
        early = max(20, records // 50)
        return cls(
            records=records,
            early=early,
            window=early,
            calls=min(1_000, max(40, records // 10)),
            journaled=min(JOURNALED_CALLS, records),
            rounds=rounds,
        )
