"""The imports of a workspace (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from customhouse_fakes.rally.profile import RallyProfile

from .person import Failure

Status = Literal["NOT_STARTED", "UPLOADING", "COMPLETED", "ERROR"]
ImportType = Literal["API", "ACTIVITIES", "CSV"]


class Plan(Protocol):
    """What an import is to do; it is never changed."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Import:
    """One version of an import. Times are epoch seconds.

    `records` were sent, `count` of them accepted, `done` looked at so far, of `goal` that will be; `person_count` were
    imported. `answered` is whether the answer gave the id. `starts_at` and `ends_at` are its times under the clock;
    `ticks` counts the polls that moved it on, `polls` all of them. A frozen one stays UPLOADING for ever.
    """

    id: str
    type: ImportType
    records: int
    count: int
    goal: int
    outcome: str
    answered: bool
    submitted_at: float
    updated_at: float
    starts_at: float
    ends_at: float
    status: Status = "NOT_STARTED"
    done: int = 0
    person_count: int = 0
    failures: tuple[Failure, ...] = ()
    polls: int = 0
    ticks: int = 0
    frozen: bool = False

    @property
    def given_id(self) -> str | None:
        """`importId` as the answer has it."""
        return self.id if self.answered else None


class Imports:
    """All imports by id, in order of their acceptance, and the plans of those that have not ended."""

    def __init__(self) -> None:
        self.by_id: dict[str, Import] = {}
        self._plans: dict[str, Any] = {}

    def add(self, imported: Import, plan: Plan) -> Import:
        self._plans[imported.id] = plan
        return self.put(imported)

    def put(self, imported: Import) -> Import:
        self.by_id[imported.id] = imported
        return imported

    def plan(self, imported: Import) -> Any:
        return self._plans[imported.id]

    def close(self, imported: Import) -> None:
        """Forget what it was to do: it has ended, or goes no further."""
        del self._plans[imported.id]

    def is_open(self, id: str) -> bool:
        return id in self._plans

    def open(self) -> Iterator[Import]:
        """Those that have not ended, first accepted first."""
        return (self.by_id[id] for id in self._plans)

    def schedule(self, profile: RallyProfile, now: float) -> tuple[float, float]:
        """When an import that is accepted now begins and ends, under the clock (contract section 3.2, P25).

        First in, first out: after the one before it. Overlapping: at once, and half way to the next end, so that
        the later one ends first.
        """
        begin = now + profile.start_delay_s
        if profile.import_order == "fifo":
            last = next(reversed(self._plans), None)
            begin = begin if last is None else max(begin, self.by_id[last].ends_at)
            return begin, begin + profile.processing_s
        nearest = min((other.ends_at for other in self.open() if other.ends_at > begin), default=None)
        return begin, begin + profile.processing_s if nearest is None else begin + (nearest - begin) / 2

    def copy(self) -> Imports:
        twin = Imports()
        twin.by_id = self.by_id.copy()
        twin._plans = self._plans.copy()
        return twin
