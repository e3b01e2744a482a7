"""Moves imports on: what the pace makes happen, and what the moves of `moves.toml` do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, cast

from customhouse_fakes.rally.profile import RallyProfile
from customhouse_fakes.rally.state.imports import Import, Imports, Status
from customhouse_fakes.rally.state.person import Failure

from .machine import machine
from .pace import PACES, at_once, next_moment


class Worker(Protocol):
    """Does the work of one import."""

    def take(self, index: int, now: float) -> Failure | None:
        """Import one record; why it failed, or None."""
        ...


class Runner:
    """Moves the imports of a workspace on. `employ` gives the worker for an import and its plan."""

    def __init__(
        self,
        profile: RallyProfile,
        imports: Imports,
        employ: Callable[[Import, Any], Worker],
        tell: Callable[[Import], None],
    ) -> None:
        self._profile = profile
        self._imports = imports
        self._employ = employ
        self._tell = tell

    def step(self, now: float, most: int | None = None, *, hurry: bool = False) -> float | None:
        """Do what is due, but look at no more than `most` records.

        Returns when something is due next: `now` while there is work left over, None when nothing is by time alone.
        In a hurry everything that is open comes to its end, whatever the pace.
        """
        pace = at_once if hurry else PACES[self._profile.processing]
        left = most
        for imported in sorted(self._imports.open(), key=_ends_at) if hurry else self._in_turn(now):
            part = pace(imported, now, self._profile)
            if part is None:
                continue
            moment = now if hurry else self._moment(imported, now)
            done = self._advance(imported, part, moment, left)
            if done is None:
                return now
            left = None if left is None else left - done
        moments = [next_moment(imported, now, self._profile) for imported in self._in_turn(now)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _in_turn(self, now: float) -> list[Import]:
        """Those that may move on, first to end first. In a queue by the clock nobody overtakes, so what stands behind
        the first that has not begun need not be looked at, however much it is."""
        opened = self._imports.open()
        if self._profile.processing != "clock" or self._profile.import_order != "fifo":
            return sorted(opened, key=_ends_at)
        queue = []
        for imported in opened:
            queue.append(imported)
            if imported.starts_at > now:
                break
        return queue

    def _moment(self, imported: Import, now: float) -> float:
        """When what is due happened: nobody looks at every instant."""
        return min(now, imported.ends_at) if self._profile.processing == "clock" else now

    def _advance(self, imported: Import, part: float, now: float, most: int | None) -> int | None:
        """Bring an import as far as `part` of its work; the records looked at, or None when `most` did not do."""
        if imported.status == "NOT_STARTED":
            imported = self._happen(imported, "turn", now)
        wanted = int(part * imported.goal) - imported.done
        count = wanted if most is None else min(wanted, most)
        if count > 0:
            imported = self._happen(imported, "work", now, count)
        if count < wanted:
            return None
        if part >= 1:
            self._happen(imported, "over", now)
        return max(0, count)

    def _happen(self, imported: Import, event: str, now: float, count: int = 0) -> Import:
        move = machine().move(imported.status, event, {"outcome": imported.outcome})
        changed = replace(imported, status=cast(Status, move.to), updated_at=now)
        for act in move.acts:
            changed = ACTS[act](self, changed, now, count)
        return changed

    # ---- the acts ----

    def _start(self, imported: Import, _: float, __: int) -> Import:
        return self._imports.put(imported)

    def _take(self, imported: Import, now: float, count: int) -> Import:
        worker = self._employ(imported, self._imports.plan(imported))
        taken = [worker.take(index, now) for index in range(imported.done, imported.done + count)]
        failures = tuple(failure for failure in taken if failure is not None)
        return self._imports.put(
            replace(
                imported,
                done=imported.done + count,
                person_count=imported.person_count + count - len(failures),
                failures=imported.failures + failures,
            )
        )

    def _close(self, imported: Import, _: float, __: int) -> Import:
        self._imports.close(imported)
        return self._imports.put(imported)

    def _freeze(self, imported: Import, _: float, __: int) -> Import:
        return self._imports.put(replace(imported, frozen=True))

    def _tell_end(self, imported: Import, _: float, __: int) -> Import:
        self._tell(imported)
        return imported


def _ends_at(imported: Import) -> float:
    return imported.ends_at


Act = Callable[[Runner, Import, float, int], Import]
ACTS: dict[str, Act] = {
    "start": Runner._start,
    "take": Runner._take,
    "close": Runner._close,
    "freeze": Runner._freeze,
    "tell": Runner._tell_end,
}
