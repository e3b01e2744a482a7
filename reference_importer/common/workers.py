"""Worker threads between a queue of rows and a queue of outcomes; the checkpoint stays with the calling thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import StoppedError

#: Rows handed out ahead of each worker, so that none waits for the checkpoint.
AHEAD = 8
#: Outcomes are written down together: at most this long after the first of them came in, seconds.
TOGETHER_S = 0.05
#: After Ctrl-C, how long outcomes of calls in flight are still taken in, seconds.
LAST_OUTCOMES_S = 2.0

Take = Callable[[int], list[Row]]
Work = Callable[[Row], Outcome]
Record = Callable[[list[Outcome]], None]


class WorkerPool:
    """Runs `work` on every row that `take` hands out, and `record` on every outcome, in the calling thread."""

    def __init__(self, workers: int, stop: threading.Event) -> None:
        self.workers, self._stop = workers, stop
        self._rows: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        self._failure: BaseException | None = None
        self._in_flight = 0
        #: Taken from the queue, not yet recorded; kept here so that Ctrl-C between the two loses none.
        self._came: list[Outcome | BaseException] = []

    def run(self, take: Take, work: Work, record: Record) -> None:
        """Go on until `take` hands out nothing more. An exception of `work` stops all workers and is raised here.

        Sets `stop` when it ends early, so that no further call starts.
        """
        threads = [
            threading.Thread(target=self._loop, args=[work], name=f"worker-{n}", daemon=True)
            for n in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        try:
            while self._hand_out(take) or self._in_flight:
                self._take_in(record)
        except BaseException:
            self._stop.set()
            self._last_outcomes(record)
            raise
        finally:
            for _ in threads:
                self._rows.put(None)
        if self._failure:
            raise self._failure

    def _loop(self, work: Work) -> None:
        while (row := self._rows.get()) is not None:
            try:
                self._outcomes.put(work(row))
            except StoppedError:
                self._outcomes.put(Outcome(row, "staged"))
            except BaseException as error:  # a dead worker would leave the caller waiting for ever
                self._stop.set()
                self._outcomes.put(error)

    def _hand_out(self, take: Take) -> int:
        free = self.workers * AHEAD - self._in_flight
        if self._stop.is_set() or free < self.workers:
            return 0
        rows = take(free)
        self._in_flight += len(rows)
        for row in rows:
            self._rows.put(row)
        return len(rows)

    def _take_in(self, record: Record, timeout: float | None = None) -> None:
        """Wait for one outcome, and record it with those that come soon after."""
        came = self._came
        if not came:
            came.append(self._outcomes.get(timeout=timeout))
        with suppress(queue.Empty):
            while len(came) < self.workers * AHEAD // 2:
                came.append(self._outcomes.get(timeout=TOGETHER_S))
        self._came = []
        self._in_flight -= len(came)
        failures = [one for one in came if isinstance(one, BaseException)]
        self._failure = self._failure or (failures[0] if failures else None)
        record([one for one in came if isinstance(one, Outcome)])

    def _last_outcomes(self, record: Record) -> None:
        while self._in_flight:
            try:
                self._take_in(record, LAST_OUTCOMES_S)
            except Exception:  # the first failure is the one to raise; rows not taken in stay in doubt
                return
