"""How facts get from users to the file: at once in one process, as a message of Locust's own from worker to master."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from customhouse_fakes.core.clock import Clock
from customhouse_loadtests.facts import Fact, FactFile, count_in, new_slice

MESSAGE = "customhouse-facts"


class Carrier:
    """Of one Locust process. `put` from anywhere in it, `flush` now and then."""

    def __init__(self, environment: Environment, path: Path | None) -> None:
        self._environment = environment
        self._file = FactFile(path) if path else None
        self._clock = Clock()
        self._waiting: list[Fact] = []
        self._slices: dict[tuple[int, str, int | None], Fact] = {}
        self.started: dict[str, set[str]] = {}
        self.ended: dict[str, set[str]] = {}
        if isinstance(environment.runner, MasterRunner):
            environment.runner.register_message(MESSAGE, self._arrived)

    @property
    def worker(self) -> str:
        """Who we are: Locust's id of a worker, or `local`."""
        runner = self._environment.runner
        return runner.client_id if isinstance(runner, WorkerRunner) else "local"

    def put(self, *facts: Fact) -> None:
        """Facts of this process."""
        self._waiting += [{**fact, "worker": self.worker} for fact in facts]

    def count(
        self, name: str, took_ms: float, *, page: int | None = None, rows: int = 0, refused: bool, broken: bool
    ) -> None:
        """One call of this process's own; they are put together by second."""
        second = int(self._clock.now())
        one = self._slices.setdefault((second, name, page), new_slice(second, name, page))
        one["n"] += 1
        one["rows"] += rows
        one["refused"] += refused
        one["broken"] += broken
        count_in(one["ms"], took_ms)

    def flush(self) -> None:
        """Send or write what is waiting."""
        slices, self._slices = self._slices, {}
        self.put(*slices.values())
        waiting, self._waiting = self._waiting, []
        runner = self._environment.runner
        if not waiting:
            return
        if isinstance(runner, WorkerRunner):
            runner.send_message(MESSAGE, {"facts": waiting})
        else:
            self._take(waiting)

    def pending(self, without: set[str]) -> int:
        """Imports under way at workers that are not lost."""
        return sum(
            len(ids - self.ended.get(worker, set())) for worker, ids in self.started.items() if worker not in without
        )

    @property
    def begun(self) -> int:
        """Imports that were ever started."""
        return sum(map(len, self.started.values()))

    def _arrived(self, environment: Environment, msg: Any, **_more: Any) -> None:  # noqa: ARG002 - Locust's names
        self._take(msg.data["facts"])

    def _take(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact["kind"] in ("started", "ended"):
                book = self.started if fact["kind"] == "started" else self.ended
                book.setdefault(fact["worker"], set()).add(fact["id"])
        if self._file:
            self._file.write(*facts)
