"""What one import's traffic came to, folded from the fake's journal as it grows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customhouse_loadtests.facts import Fact, count_in, new_slice

REFUSED = 429
READING = frozenset({"GET", "HEAD"})


@dataclass(slots=True)
class Window:
    """One window of the rate limit: calls that it let pass and refused, and rows that landed in it."""

    limit: int
    calls: int = 0
    refused: int = 0
    rows: int = 0


@dataclass(slots=True)
class Tally:
    """`landing` says which operations put rows in, and how many rows a call of each holds (1 for a contact).

    `refused`: calls answered 429, by the limit or by a fault. `broken`: other calls without a good answer (5xx, a
    reset, a cut or garbled answer). `retried`: writes sent again because the same write was refused or broke before.
    `needless`: writes sent again although the same write was answered well. `unseen`: calls that the journal forgot
    before they were looked at. `reads`: of each different GET, by digest, when it was made last, and how often.
    """

    landing: Mapping[str, int]
    calls: int = 0
    rows: int = 0
    refused: int = 0
    broken: int = 0
    retried: int = 0
    needless: int = 0
    unseen: int = 0
    last: int = 0
    first_at: float | None = None
    last_at: float | None = None
    reads: dict[int, tuple[float, int]] = field(default_factory=dict)
    windows: dict[int, Window] = field(default_factory=dict)
    _good: dict[int, bool] = field(default_factory=dict)
    _slices: dict[tuple[int, str], Fact] = field(default_factory=dict)

    def take(self, document: Mapping[str, Any]) -> int:
        """Fold in an answer of the control plane's `journal/timeline`; how many calls it held."""
        columns, rows = document["columns"], document["rows"]
        for row in rows:
            self._one(dict(zip(columns, row, strict=True)))
        return len(rows)

    def slices(self) -> list[Fact]:
        """Facts about the calls since the last time, by second and operation."""
        slices, self._slices = self._slices, {}
        return list(slices.values())

    def totals(self) -> Fact:
        """What an `ended` fact says of the traffic."""
        names = ("calls", "rows", "refused", "broken", "retried", "needless", "unseen")
        return {name: getattr(self, name) for name in names} | {
            "windows": {
                str(number): [one.limit, one.calls, one.refused, one.rows] for number, one in self.windows.items()
            }
        }

    def _one(self, row: Mapping[str, Any]) -> None:
        self.unseen += row["n"] - self.last - 1
        self.last = row["n"]
        self.first_at = row["at"] if self.first_at is None else self.first_at
        self.last_at = row["at"]
        refused = row["status"] == REFUSED
        broken = not refused and (row["status"] is None or row["status"] >= 500 or row["delivery"] != "complete")
        landed = self._landed(row)
        self.calls += 1
        self.rows += landed
        self.refused += refused
        self.broken += broken
        if row["method"] not in READING:
            self._again(row["digest"], good=not (refused or broken))
        else:
            _at, times = self.reads.get(row["digest"], (0.0, 0))
            self.reads[row["digest"]] = (row["at"], times + 1)
        self._into_window(row, refused, landed)
        self._into_slice(row, refused, broken, landed)

    def _landed(self, row: Mapping[str, Any]) -> int:
        """Rows that are in now: a committed 2xx counts even if its answer was lost on the way."""
        good = row["committed"] and row["status"] is not None and 200 <= row["status"] < 300
        struck = str(row["refused_by"] or "").startswith("fault:") and row["delivery"] == "complete"
        return self.landing.get(row["operation"] or "", 0) if good and not struck else 0

    def _again(self, digest: int, *, good: bool) -> None:
        before = self._good.get(digest)
        self.retried += before is False
        self.needless += before is True
        self._good[digest] = good or before is True

    def _into_window(self, row: Mapping[str, Any], refused: bool, landed: int) -> None:
        if row["window"] is None:
            return
        window = self.windows.setdefault(row["window"], Window(row["limit"]))
        if refused:
            window.refused += 1
        else:
            window.calls += 1
        window.rows += landed

    def _into_slice(self, row: Mapping[str, Any], refused: bool, broken: bool, landed: int) -> None:
        second, name = int(row["at"]), row["operation"] or "unknown route"
        one = self._slices.setdefault((second, name), new_slice(second, name))
        one["n"] += 1
        one["rows"] += landed
        one["refused"] += refused
        one["broken"] += broken
        count_in(one["ms"], row["took_ms"])


def full_windows(windows: Mapping[str, Sequence[int]]) -> list[Sequence[int]]:
    """The windows that lie wholly within the run: neither the first nor the last, nor those between without a call."""
    numbers = sorted(map(int, windows))
    return [windows.get(str(number), (0, 0, 0, 0)) for number in _between(numbers)]


def _between(numbers: Sequence[int]) -> Iterable[int]:
    return range(numbers[0] + 1, numbers[-1]) if numbers else ()
