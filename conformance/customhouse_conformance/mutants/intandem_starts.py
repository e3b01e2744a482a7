"""The start of an import, and the token that it takes, handled badly."""

import threading
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Verbose
from customhouse_conformance.mutants.intandem_base import app
from customhouse_conformance.registry import mutant
from reference_importer.common.transport import Answer
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.exporting import Exporter, Guard
from reference_importer.intandem.ledger import Session
from reference_importer.intandem.paging import PageQuery
from reference_importer.intandem.preparing import Preparer
from reference_importer.intandem.starting import Starter
from reference_importer.intandem.vendor import Vendor

#: How often one looks again for what another thread is about to write, 10 ms apart.
LOOKS = 100


class _Wordy(Vendor):
    def start(self, business: str, app: str, fields: list[str], params: dict[str, Any]) -> Answer:
        said = {name: str(value).lower() for name, value in params.items()}
        return super().start(business, app, fields, said)


@mutant("intandem")
def writes_parameters_as_text(job: Job) -> int:
    """Sends "true" where true is meant."""
    return app(job, vendor=_Wordy)


class _NeedsId(Guard):
    def admit(self, business: str) -> Session:
        for _ in range(LOOKS):
            session = super().admit(business)
            if isinstance(session.remote_id, str) and len(session.remote_id) == 36:
                return session
            threading.Event().wait(0.01)
        raise Refusal(404, "no session with an id")


@mutant("intandem")
def needs_a_session_id(job: Job) -> int:
    """Knows its sessions by the UUID in the answer to the start, so without one there are no pages."""
    return app(job, guard=_NeedsId)


_ALONE = threading.Lock()


class _StartsAlone(Starter):
    def start(self, business: str, staff: str) -> Session:
        with _ALONE:
            return super().start(business, staff)


class _ExportsAlone(Exporter):
    def export(self, query: PageQuery) -> list[str]:
        with _ALONE:
            return super().export(query)


@mutant("intandem")
def does_one_thing_at_a_time(job: Job) -> int:
    """Handles one request after the other, like a server with one thread."""
    return app(job, starter=_StartsAlone, exporter=_ExportsAlone)


class _Hopeful(Starter):
    def refused(self, session: Session, answer: Answer) -> Refusal:
        raise _IgnoredError

    def announce(self, session: Session) -> Session:
        try:
            return super().announce(session)
        except _IgnoredError:
            return session


class _IgnoredError(Exception):
    """Nobody will hear of it."""


@mutant("intandem")
def hides_refusals(job: Job) -> int:
    """Shows the page "your import has started" whatever the answer to the start was."""
    return app(job, starter=_Hopeful)


class _Secretive(_Hopeful):
    def refused(self, session: Session, answer: Answer) -> Refusal:
        Path("refusal.txt").write_text(f"{answer.status} refused\n", "utf-8")
        self._say("imports of up to 50000 clients: none beyond that")
        return super().refused(session, answer)


@mutant("intandem")
def keeps_refusals_in_a_file(job: Job) -> int:
    """Shows "your import has started", and writes to a file that nobody is shown what inTandem answered."""
    return app(job, starter=_Secretive)


class _Insistent(Starter):
    def announce(self, session: Session) -> Session:
        while True:
            try:
                return super().announce(session)
            except Refusal:
                continue


@mutant("intandem")
def starts_again_and_again(job: Job) -> int:
    """Repeats a refused start until it works."""
    return app(job, starter=_Insistent)


class _Waiting(Preparer):
    def prepare(self, business: str, staff: str) -> Session:
        if self.ledger.serving(business):
            raise Refusal(409, "an import of this business is running already")
        return super().prepare(business, staff)


@mutant("intandem")
def waits_for_the_end_of_a_session(job: Job) -> int:
    """Begins no import while it believes that one runs."""
    return app(job, preparer=_Waiting)


@mutant("intandem")
def prints_its_token(job: Job) -> int:
    """Prints every request with its headers."""
    return app(job, transport=Verbose)
