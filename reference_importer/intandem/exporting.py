"""The export, without HTTP: who may ask, what is answered, when a session is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from reference_importer.common.clock import Clock
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.ledger import DONE, Ledger, Session
from reference_importer.intandem.paging import PageQuery, Pager
from reference_importer.intandem.snapshots import DamagedError


class Guard:
    """Nobody signs the export request (contracts, section 2.1), so only an open session opens the data."""

    def __init__(self, ledger: Ledger, clock: Clock, timeout: float) -> None:
        self.ledger, self._clock, self._timeout = ledger, clock, timeout

    def admit(self, business: str) -> Session:
        """The session whose pages are asked for. Raises Refusal; strangers are not told what businesses there are."""
        self.ledger.expire(self._clock.now() - self._timeout)
        serving = self.ledger.serving(business)
        if not serving:
            raise Refusal(404, "no import of this business is running. Start one from its launch URL.")
        return serving[0]


class Exporter:
    """Answers export requests."""

    def __init__(self, ledger: Ledger, guard: Guard, pager: Pager, clock: Clock, say: Callable[[str], None]) -> None:
        self.ledger, self.guard, self.pager = ledger, guard, pager
        self._clock, self._say = clock, say

    def export(self, query: PageQuery) -> list[str]:
        """The JSON of the clients asked for. Raises Refusal; a page is whole or refused, never short by mistake."""
        if query.page == DONE:
            return self.done(query.business)
        session = self.guard.admit(query.business)
        try:
            rows = self.pager.page(session, query.page, query.per_page)
            first, last = (query.page - 1) * query.per_page + 1, len(rows) < query.per_page
            self.ledger.hand_out(session, query.page, first, len(rows), last=last, now=self._clock.now())
        except (DamagedError, sqlite3.Error) as error:
            self._say(f"session {session.number}: page {query.page} cannot be served: {error}")
            raise Refusal(503, "this page cannot be read now. Ask again.", retry_after=1) from error
        return rows

    def done(self, business: str) -> list[str]:
        """Page -1: no clients, whoever asks and however often; it ends a session whose last page was served."""
        session = self.ledger.done(business, self._clock.now())
        if session is not None and session.contents is not None:
            lacking = session.contents.clients - self.ledger.handed_out(session.snapshot)
            message = f"inTandem never asked for {lacking} of the clients" if lacking else None
            self.ledger.finish(session.number, "gapped" if lacking else "complete", message)
            self._say(f"session {session.number}: {message or 'complete'}")
        return []
