"""What an endurance run has seen, and whether it was as it should be."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

#: Memory that comes and goes: rows and contacts between two resets.
SLACK_MB = 25.0
SLACK_SHARE = 1.1
WARM = 4


@dataclass(slots=True)
class Tally:
    """`sent` and `journaled` are calls; `planned` are the 5xx that the fault plan asked for; `connects` all that there
    were, `most_in_a_row` those of the worst round."""

    seconds: float = 0.0
    rounds: int = 0
    sent: int = 0
    journaled: int = 0
    planned: int = 0
    connects: int = 0
    most_in_a_row: int = 0
    sandboxes: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    interrupted: bool = False

    def take(self, visit: Tally) -> None:
        """Add what one visit saw: whole, so that a run that is interrupted within one misses nothing."""
        self.sent += visit.sent
        self.journaled += visit.journaled
        self.planned += visit.planned
        self.statuses.update(visit.statuses)
        self.diagnostics += visit.diagnostics

    def take_connects(self, count: int) -> None:
        """So many, one right after the other."""
        self.connects += count
        self.most_in_a_row = max(self.most_in_a_row, count)

    def faults(self) -> list[str]:
        """What is wrong, in words; empty when all is well."""
        served = sum(count for status, count in self.statuses.items() if status >= 500)
        found = []
        if self.sent != self.journaled:
            found.append(
                f"{self.sent} calls were sent and {self.journaled} journaled: {self.sent - self.journaled} are lost"
            )
        if served != self.planned:
            found.append(f"{served} answers were 5xx, {self.planned} were planned")
        if self.diagnostics:
            found.append(f"the fakes list {len(self.diagnostics)} faults of their own")
        if grown := self.grown():
            found.append(grown)
        return found

    def grown(self) -> str:
        """How memory grew, if it did: the highest of the last quarter against the highest of the second."""
        quarter = len(self.memory_mb) // 4
        if quarter < WARM:
            return ""
        before, after = max(self.memory_mb[quarter : 2 * quarter]), max(self.memory_mb[-quarter:])
        wrong = after > before * SLACK_SHARE and after > before + SLACK_MB
        return f"memory grew from {before:.0f} to {after:.0f} MB" if wrong else ""

    def document(self) -> dict[str, Any]:
        """`soak.json`."""
        statuses = {str(status): count for status, count in sorted(self.statuses.items())}
        return {"schema": 1, **asdict(self), "statuses": statuses, "faults": self.faults()}
