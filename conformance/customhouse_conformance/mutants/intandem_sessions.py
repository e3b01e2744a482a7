"""Sessions: ended too early, remembered too long, or taken for somebody else's."""

import json
import shutil
from itertools import count
from typing import Any, ClassVar

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intandem_base import app, forgetful
from customhouse_conformance.registry import mutant
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.exporting import Exporter, Guard
from reference_importer.intandem.hooks import Hooks, Told
from reference_importer.intandem.ledger import Session
from reference_importer.intandem.paging import PageQuery, Pager
from reference_importer.intandem.preparing import Preparer
from reference_importer.intandem.snapshots import Contents, Snapshots


class _Hasty(Exporter):
    def done(self, business: str) -> list[str]:
        for session in self.ledger.serving(business):
            self.ledger.finish(session.number, "complete")
        return []


@mutant("intandem")
def ends_at_the_first_minus_one(job: Job) -> int:
    """Forgets the session when -1 comes, whatever has been asked for by then."""
    return app(job, exporter=_Hasty)


class _OneForAll(Exporter):
    def done(self, business: str) -> list[str]:
        if self.ledger.done(business, self._clock.now()) is not None:
            for session in self.ledger.serving(business):
                self.ledger.finish(session.number, "complete")
        return []


@mutant("intandem")
def knows_one_session_per_business(job: Job) -> int:
    """Takes the end of one session for the end of all that the business has."""
    return app(job, exporter=_OneForAll)


class _FirstOnly(Snapshots):
    contents: ClassVar[dict[str, Contents]] = {}

    def take(self, business: str, number: int) -> Contents:
        kept = self.folder.parent / f"first-{business}.sqlite"
        if business in self.contents:
            shutil.copyfile(kept, self._path(number))
        else:
            self.contents[business] = super().take(business, number)
            shutil.copyfile(self._path(number), kept)
        return self.contents[business]


@mutant("intandem")
def keeps_its_first_snapshot(job: Job) -> int:
    """Reads its source once and for all."""
    return app(job, snapshots=_FirstOnly)


class _Calm(Exporter):
    def export(self, query: PageQuery) -> list[str]:
        try:
            return super().export(query)
        except Refusal:
            return []


@mutant("intandem")
def forgets_on_restart(job: Job) -> int:
    """Keeps sessions in memory only, and has an empty page for whoever asks about one that it does not know."""
    return forgetful(job, exporter=_Calm)


class _LastStarted(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return super().page(_LastPrepared.last or session, page, per_page)


class _LastPrepared(Preparer):
    last: Session | None = None

    def prepare(self, business: str, staff: str) -> Session:
        _LastPrepared.last = super().prepare(business, staff)
        return _LastPrepared.last


@mutant("intandem")
def mixes_tenants(job: Job) -> int:
    """Serves the import that was started last, to every business."""
    return app(job, preparer=_LastPrepared, pager=_LastStarted)


class _AnyBusiness(Guard):
    def admit(self, business: str) -> Session:
        try:
            return super().admit(business)
        except Refusal:
            running = [one for one in self.ledger.sessions() if one.state in ("starting", "open", "unconfirmed")]
            if not running:
                raise
            return running[-1]


@mutant("intandem")
def asks_nobody_who_he_is(job: Job) -> int:
    """Serves the import that runs, whatever business_uid is given."""
    return app(job, guard=_AnyBusiness)


class _NoDoor(Guard):
    def admit(self, business: str) -> Session:
        try:
            return super().admit(business)
        except Refusal:
            past = [one for one in self.ledger.sessions() if one.business == business and one.contents is not None]
            if not past:
                raise
            return past[-1]


@mutant("intandem")
def leaves_the_door_open(job: Job) -> int:
    """Serves the pages of a business to whoever knows its uid, session or none."""
    return app(job, guard=_NoDoor)


class _Newest(Guard):
    def admit(self, business: str) -> Session:
        super().admit(business)
        return self.ledger.serving(business)[-1]


class _Anew(Preparer):
    def running(self, business: str) -> Session | None:
        super().running(business)
        return None


@mutant("intandem")
def puts_a_new_snapshot_under_the_old_session(job: Job) -> int:
    """Reads its source anew for an import that is wanted again, and serves that to the one that runs, too."""
    return app(job, preparer=_Anew, guard=_Newest)


# ---- webhooks ----


class _Choosy(Hooks):
    def keep(self, data: dict[str, Any]) -> None:
        if str(data["session_id"]).startswith("00000000"):
            raise Refusal(404, "no such session")
        super().keep(data)


@mutant("intandem")
def refuses_unknown_webhooks(job: Job) -> int:
    """Answers 404 to a webhook about a session that it does not know."""
    return app(job, hooks=_Choosy)


class _Nameless(Hooks):
    def keep(self, data: dict[str, Any]) -> None:
        statuses = data["clients_import_status"]
        super().keep({**data, "clients_import_status": {k: {"count": v["count"]} for k, v in statuses.items()}})


@mutant("intandem")
def never_names_failures(job: Job) -> int:
    """Counts the clients that inTandem did not take, and names none."""
    return app(job, hooks=_Nameless)


class _Adding(Hooks):
    deliveries: ClassVar = count()

    def keep(self, data: dict[str, Any]) -> None:
        super().keep({**data, "page": [data.get("page"), next(self.deliveries)]})


@mutant("intandem")
def adds_every_webhook(job: Job) -> int:
    """Adds what each webhook says to its counts, the second copy of one too."""
    return app(job, hooks=_Adding)


class _Sociable(Hooks):
    def keep(self, data: dict[str, Any]) -> None:
        for session in self.sessions():
            super().keep({**data, "session_id": session, "page": [data["session_id"], data.get("page")]})


@mutant("intandem")
def counts_for_anybody(job: Job) -> int:
    """Takes a webhook about any session for one about its own."""
    return app(job, hooks=_Sociable)


class _Deaf(Hooks):
    def keep(self, data: dict[str, Any]) -> None:
        """Thank you."""

    def told(self, remote_id: Any) -> Told | None:
        return None


@mutant("intandem")
def counts_what_it_served(job: Job) -> int:
    """Takes what it handed out for what was imported."""
    return app(job, hooks=_Deaf)


class _Numbering(Exporter):
    numbers: ClassVar = count(1)

    def export(self, query: PageQuery) -> list[str]:
        clients = super().export(query)
        for client in clients:
            self._say(f"client no. {next(self.numbers)}: {json.loads(client)['external_id']} handed out")
        return clients


@mutant("intandem")
def numbers_what_it_served(job: Job) -> int:
    """Hears of nothing, and prints a number and a name for each client that it hands out: so all are said somewhere."""
    return app(job, hooks=_Deaf, exporter=_Numbering)
