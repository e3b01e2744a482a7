"""The source, read at the wrong time or to the wrong end."""

from collections.abc import Iterator

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import one_try
from customhouse_conformance.mutants.intandem_base import app
from customhouse_conformance.registry import mutant
from reference_importer.common.errors import ImporterError
from reference_importer.common.sources import Record
from reference_importer.intandem import upstream
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.ledger import Ledger, Session
from reference_importer.intandem.paging import Pager
from reference_importer.intandem.preparing import Preparer
from reference_importer.intandem.snapshots import Contents, Snapshots
from reference_importer.intandem.starting import Starter
from reference_importer.intandem.upstream import UpstreamReader


class _Offset(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        mapper = self.snapshots.mapper()
        kept = {one.line for one in self.snapshots.left_out(session.snapshot or 0)}
        rows = [one for one in self.snapshots.source(session.business).records() if one.line not in kept]
        return [mapper.map(row).payload for row in rows[(page - 1) * per_page : page * per_page]]


@mutant("intandem")
def offset_paging(job: Job) -> int:
    """Skips (page - 1) × per_page rows of the source as it is at that moment."""
    return app(job, pager=_Offset)


class _Resigned(UpstreamReader):
    def records(self) -> Iterator[Record]:
        try:
            yield from super().records()
        except ImporterError:
            return


@mutant("intandem")
def empty_page_on_upstream_error(job: Job) -> int:
    """Takes an error of the source for its end."""
    return app(job, upstream=_Resigned, policy=one_try)


class _Tripping(Snapshots):
    def take(self, business: str, number: int) -> Contents:
        contents = super().take(business, number)
        if not contents.clients:
            raise IndexError("list index out of range")
        return contents


@mutant("intandem")
def trips_over_an_empty_source(job: Job) -> int:
    """Looks at the first client, also where there is none."""
    return app(job, snapshots=_Tripping)


class _Discreet(Preparer):
    def take(self, business: str, staff: str) -> int:
        self._say = lambda _said: None
        return super().take(business, staff)


class _Unremembering(Ledger):
    def note_failure(self, business: str, staff: str, message: str, now: float) -> Session:
        return _begun(business, staff)


class _Confident(Starter):
    def start(self, business: str, staff: str) -> Session:
        try:
            return super().start(business, staff)
        except Refusal:
            return _begun(business, staff)


def _begun(business: str, staff: str) -> Session:
    return Session(0, business, staff, None, "open", None, None, 0.0, 0.0, 0, None)


@mutant("intandem")
def says_that_it_began(job: Job) -> int:
    """Shows "your import has started" when it could not read its source, and begins nothing."""
    return app(job, preparer=_Discreet, ledger=_Unremembering, starter=_Confident)


class _PassedThrough(Pager):
    """Page p is what the source gives when it is asked for the p-th time for per_page rows."""

    def __init__(self, snapshots: Snapshots) -> None:
        super().__init__(snapshots)
        self.cursors: dict[tuple[int, int], list[str | None]] = {}

    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        reader = self.snapshots.source(session.business)
        if not isinstance(reader, UpstreamReader) or (session.contents and session.contents.left_out):
            return super().page(session, page, per_page)
        cursors = self.cursors.setdefault((session.number, per_page), [None])
        upstream.LIMIT = per_page
        while len(cursors) < page and (len(cursors) == 1 or cursors[-1] is not None):
            cursors.append(reader.page(cursors[-1])[1])
        if len(cursors) < page or (page > 1 and cursors[page - 1] is None):
            return []
        found, following = reader.page(cursors[page - 1])
        cursors[page:] = [following]
        mapper = self.snapshots.mapper()
        return [mapper.map(Record(line, row)).payload for line, row in enumerate(found)]


@mutant("intandem")
def passes_pages_through(job: Job) -> int:
    """Hands on what the source gives for one page, be it ever so little."""
    return app(job, pager=_PassedThrough)


class _Late(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        if page == 1:
            list(self.snapshots.source(session.business).records())
        return super().page(session, page, per_page)


@mutant("intandem")
def reads_the_source_when_asked(job: Job) -> int:
    """Reads all of its source while inTandem waits for page 1."""
    return app(job, pager=_Late)
