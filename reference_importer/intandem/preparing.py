"""Before inTandem is told: a session, and the snapshot whose pages it will ask for."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable

from reference_importer.common.clock import Clock
from reference_importer.common.errors import ImporterError, StoppedError
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.leaving import LeftOutFiles
from reference_importer.intandem.ledger import DONE, Ledger, Session
from reference_importer.intandem.snapshots import Snapshots

CUT_SHORT = "inTandem said that it was done before the last page"


class Preparer:
    """Opens sessions. Any number of threads may ask it to; those of one business take turns."""

    def __init__(
        self,
        ledger: Ledger,
        snapshots: Snapshots,
        files: LeftOutFiles,
        clock: Clock,
        timeout: float,
        say: Callable[[str], None],
        clean: Callable[[str], str],
    ) -> None:
        self.ledger, self.snapshots, self.files = ledger, snapshots, files
        self._clock, self._timeout, self._say, self._clean = clock, timeout, say, clean
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def prepare(self, business: str, staff: str) -> Session:
        """A session whose pages can be asked for: on the snapshot of the running one if there is one.

        Raises Refusal when the source cannot be read whole.
        """
        with self._turns[business]:
            return self._prepare(business, staff)

    def _prepare(self, business: str, staff: str) -> Session:
        self.ledger.expire(self._clock.now() - self._timeout)
        running = self.running(business)
        snapshot = running.snapshot if running else None
        if snapshot is None:
            snapshot = self.take(business, staff)
        session = self.ledger.open(business, staff, snapshot, self._clock.now())
        for number in self.ledger.idle_snapshots(business):
            self.snapshots.drop(number)
        return session

    def running(self, business: str) -> Session | None:
        """The session that runs, if any. One that was last told -1 is taken at its word: inTandem cut it short."""
        serving = self.ledger.serving(business)
        if len(serving) == 1 and serving[0].last_page == DONE:
            self.ledger.finish(serving[0].number, "abandoned", CUT_SHORT)
            return None
        return serving[0] if serving else None

    def take(self, business: str, staff: str) -> int:
        """The number of a new snapshot. Raises Refusal when the source cannot be read whole."""
        number = self.ledger.new_snapshot()
        try:
            contents = self.snapshots.take(business, number)
            self.ledger.fill_snapshot(number, contents)
            files = self.files.write(business, number, contents)
        except (ImporterError, OSError, sqlite3.Error, StoppedError) as error:
            message = self._clean(f"the import was not started: {str(error) or 'the app is being stopped'}")
            self.ledger.note_failure(business, staff, message, self._clock.now())
            self._say(message)
            raise Refusal(503 if isinstance(error, StoppedError) else 502, message) from error
        left_out = ", ".join(f"{count} {code}" for code, count in contents.left_out.items())
        self._say(
            f"{contents.clients} of {contents.read} rows are ready" + (f"; left out: {left_out}" * bool(left_out))
        )
        for path in files:
            self._say(f"the rows that are left out are in {path}")
        return number
