"""Waiting for imports to end. Accepted is not done: an import is NOT_STARTED, then UPLOADING, then COMPLETED or ERROR.

There is no list of imports, so each is asked for by its id: first after `poll` seconds, then ever less often. With a
webhook receiver they are asked for only when the webhook has not come for a while: it may never come (C19).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError
from reference_importer.common.transport import Answer
from reference_importer.rally.client import Client, Problem

COMPLETED, ERROR = "COMPLETED", "ERROR"
TERMINAL = frozenset({COMPLETED, ERROR})
GROWTH, MOST_POLLS_APART = 1.5, 20
"""Each poll waits half as long again as the one before it, up to so many times the first wait."""

WEBHOOK_POLLS = 10
"""A webhook has so many times the first wait to come."""


@dataclass(slots=True)
class Flight:
    """An import under way. `resumed`: an earlier run posted it."""

    no: int
    import_id: str
    since: float
    due: float
    wait: float
    resumed: bool = False
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How an import ended; `status` is Rally's, or None with `why` when its end was not seen."""

    flight: Flight
    status: str | None
    failed: list[dict[str, Any]] = field(default_factory=list)
    person_count: int | None = None
    why: str | None = None
    #: Rally knows nothing of an import that an earlier run posted.
    is_gone: bool = False


class Events(Protocol):
    """What webhooks tell; see receiving.py."""

    arrived: threading.Event

    def of(self, import_id: str) -> dict[str, Any] | None:
        """The event about an import, if one came."""


class Watcher:
    """Watches the imports under way."""

    def __init__(self, client: Client, clock: Clock, events: Events | None, *, poll: float, deadline: float) -> None:
        self._client, self._clock, self._events = client, clock, events
        self._poll, self._deadline = poll, deadline
        self._nothing = threading.Event()

    def begin(self, no: int, import_id: str, *, resumed: bool = False) -> Flight:
        """An import was accepted just now; one of an earlier run is asked for at once."""
        now = self._clock.monotonic()
        return Flight(no, import_id, now, now + (0.0 if resumed else self.first_wait()), self._poll, resumed)

    def wait(self, flights: list[Flight]) -> list[End]:
        """Wait until something can be said of at least one of them, and say it; perhaps nothing new."""
        delay = min(flight.due for flight in flights) - self._clock.monotonic()
        arrived = self._events.arrived if self._events else self._nothing
        if delay > 0:
            self._clock.wait(arrived, delay)
        arrived.clear()
        return [end for flight in flights if (end := self.look(flight)) is not None]

    def look(self, flight: Flight) -> End | None:
        """The import's end, by the webhook, by a poll when one is due, or by the deadline."""
        event = self._events.of(flight.import_id) if self._events else None
        if event is not None and event.get("status") in TERMINAL and "failedRecords" in event:
            return End(flight, str(event["status"]), failed_records(event))
        hinted = event is not None and not flight.hinted  # an older kind of event, which does not name who failed
        if self._clock.monotonic() < flight.due and not hinted:
            return None
        flight.hinted = flight.hinted or hinted
        end = self.ask(flight)
        now = self._clock.monotonic()
        if end is None and self.is_overdue(flight, now):
            words = f"import {flight.import_id} has not ended within {self._deadline:g} s"
            return End(flight, None, why=f"{words}; start again to look for its end")
        flight.due = min(now + flight.wait, max(flight.since + self._deadline, now + self._poll / 2))
        flight.wait = self.next_wait(flight.wait)
        return end

    def ask(self, flight: Flight) -> End | None:
        """One poll; None when the import has not ended, or nothing could be learnt."""
        try:
            answer = self._client.import_status(flight.import_id)
        except CallError:
            return None
        if answer.ok:
            return self.told(flight, answer)
        return self.not_found(flight) if answer.status == 404 else self.refused(flight, answer)

    def told(self, flight: Flight, answer: Answer) -> End | None:
        status, count = answer.body.get("status"), answer.body.get("personCount")
        if status not in TERMINAL:
            return None
        return End(flight, status, failed_records(answer.body), count if isinstance(count, int) else None)

    def not_found(self, flight: Flight) -> End | None:
        """404: just after the 202 the import may not be visible yet, so wait. Never a reason to post again (C10)."""
        return End(flight, None, is_gone=True) if flight.resumed else None

    def refused(self, flight: Flight, answer: Answer) -> End | None:
        problem = Problem.of(answer)
        return End(flight, None, why=f"import {flight.import_id}: {problem.status} {problem.message}")

    def is_overdue(self, flight: Flight, now: float) -> bool:
        """Has it had its time? Some imports never end (C11)."""
        return now - flight.since >= self._deadline

    def first_wait(self) -> float:
        """Long enough for a small import, or for the webhook, to make the call unnecessary."""
        return self._poll if self._events is None else min(self._poll * WEBHOOK_POLLS, self._deadline / 2)

    def next_wait(self, wait: float) -> float:
        """Ever longer, so that a long import costs few calls."""
        return min(wait * GROWTH, self._poll * MOST_POLLS_APART)


def failed_records(document: dict[str, Any]) -> list[dict[str, Any]]:
    """failedRecords: null when there are none; an item that is no object counts as one that names nobody."""
    found = document.get("failedRecords")
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []
