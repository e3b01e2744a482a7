"""The loop: post what may be posted, wait for what is under way, settle what has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reference_importer.common.checkpoint import Outcome
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.rally.ledger import Batch, Ledger, Placed
from reference_importer.rally.posting import Isolator, Poster, Refused
from reference_importer.rally.settling import Settler
from reference_importer.rally.watching import End, Flight, Watcher

UNSURE = "uncertain"


@dataclass(slots=True)
class Limits:
    """How many people a request has at most, and how many imports are under way at once."""

    batch_size: int = 1000
    in_flight: int = 4


@dataclass(slots=True)
class Sender:
    """Sends everything that is placed. `record` takes what became of rows."""

    ledger: Ledger
    poster: Poster
    isolator: Isolator
    watcher: Watcher
    settler: Settler
    limits: Limits
    record: Callable[[list[Outcome]], None]
    flights: list[Flight] = field(default_factory=list)
    #: Who is under way, by import: as many as `limits` allow, not more.
    people: dict[int, list[Placed]] = field(default_factory=dict)
    failure: RefusedError | None = None

    def finish(self, resumed: list[tuple[int, str]]) -> None:
        """Wait for the imports of an earlier run first: what they bring must not come after newer values."""
        self.flights = [self.watcher.begin(no, import_id, resumed=True) for no, import_id in resumed]
        while self.flights:
            self.land()
        if self.failure:
            raise self.failure

    def send(self) -> None:
        """Send all. Raises RefusedError when it makes no sense to go on; what is under way is waited for first."""
        while True:
            self.post()
            if not self.flights:
                break
            self.land()
        if self.failure:
            raise self.failure

    def post(self) -> None:
        """Begin as many imports as may be under way at once."""
        while self.failure is None and len(self.flights) < self.limits.in_flight:
            batch = self.ledger.next_batch(self.limits.batch_size)
            if batch is None:
                return
            try:
                self.begin(batch)
            except CallError as error:
                self.failure = RefusedError(f"no answer to an import: {error.message}. Start again to send it again.")
            except RefusedError as error:
                self.failure = error

    def begin(self, batch: Batch) -> None:
        """Post one batch."""
        answer = self.poster.post(batch)
        if isinstance(answer, Refused):
            self.ledger.ended(batch.no)
            self.isolate(batch, answer)
        elif answer.import_id is None:
            self.ledger.ended(batch.no)
            self.record(self.settler.without_id(batch.people))
        else:
            self.ledger.accepted(batch.no, answer.import_id)
            self.people[batch.no] = batch.people
            self.flights.append(self.watcher.begin(batch.no, answer.import_id))

    def isolate(self, batch: Batch, refused: Refused) -> None:
        """A batch was refused: a single record is the bad one, several are sent again in pieces."""
        problem = refused.problem
        if len(batch.people) == 1:
            row = batch.people[0].row
            self.record([Outcome(row, "rejected", None, None, problem.status, "refused", problem.message)])
            return
        pieces = self.isolator.pieces(batch.people, problem)
        self.ledger.send_again([[one.row for one in piece] for piece in pieces])

    def land(self) -> None:
        """Wait, and settle what has ended."""
        for end in self.watcher.wait(self.flights):
            self.flights.remove(end.flight)
            self.settle(end)

    def settle(self, end: End) -> None:
        """One import has ended, or is given up."""
        people = self.people.pop(end.flight.no, None) or self.ledger.people(end.flight.no)
        if end.is_gone:
            self.ledger.ended(end.flight.no)
            self.ledger.send_again([[one.row for one in people]] if people else [])
            return
        if end.status is None:
            self.failure = self.failure or RefusedError(end.why or "")
            self.record([Outcome(one.row, UNSURE, None, None, None, "no_end", end.why) for one in people])
            return
        settled = self.settler.settle(people, end)
        self.record(settled.outcomes)
        self.ledger.ended(end.flight.no, len(end.failed))
        self.ledger.send_again(settled.again)
