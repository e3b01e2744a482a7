"""The source, read at the wrong time or to the wrong end."""

import json
from collections.abc import Iterator

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intandem_base import app
from customhouse_conformance.registry import mutant
from reference_importer.common.calls import CallPolicy
from reference_importer.common.errors import ImporterError
from reference_importer.common.sources import Record
from reference_importer.intandem import upstream
from reference_importer.intandem.ledger import Session
from reference_importer.intandem.paging import Pager
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
    return app(job, upstream=_Resigned, policy=lambda **given: CallPolicy(**{**given, "attempts": 1}))


class _PassedThrough(Pager):
    """Page p is what the source gives when it is asked for the p-th time for per_page rows."""

    cursors: ClassVar[dict[tuple[int, int, int], str | None]] = {}

    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        reader = self.snapshots.source(session.business)
        if not isinstance(reader, UpstreamReader) or (session.contents and session.contents.left_out):
            return super().page(session, page, per_page)
        clients, _ = self.ask(reader, session.number, page, per_page)
        return [json.dumps(client, ensure_ascii=False) for client in clients]

    def ask(self, reader: UpstreamReader, number: int, page: int, per_page: int) -> tuple[list[object], str | None]:
        if page > 1 and (number, page, per_page) not in self.cursors:
            self.ask(reader, number, page - 1, per_page)
        before = self.cursors.get((number, page, per_page))
        if page > 1 and before is None:
            return [], None
        upstream.LIMIT = per_page
        found, following = reader.page(before)
        self.cursors[number, page + 1, per_page] = following
        return found, following


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
