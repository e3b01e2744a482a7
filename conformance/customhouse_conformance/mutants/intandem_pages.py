"""Pages cut in all the ways that lose clients, most of them without a word."""

import json
import random
from collections.abc import Callable
from unittest.mock import patch

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intandem_base import app
from customhouse_conformance.registry import mutant
from reference_importer.intandem import paging
from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.exporting import Exporter
from reference_importer.intandem.ledger import DONE, Session
from reference_importer.intandem.paging import PageQuery, Pager, Parameters
from reference_importer.intandem.snapshots import Snapshots


class _Clamped(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return super().page(session, page, min(per_page, 100))


@mutant("intandem")
def clamps_per_page(job: Job) -> int:
    """Gives a hundred clients at most, however many are asked for."""
    return app(job, pager=_Clamped)


class _Unordered(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        rows = super().page(session, 1, 50_000)
        if page > 4:
            random.Random(page).shuffle(rows)  # noqa: S311 - an order, not a secret
        return rows[(page - 1) * per_page : page * per_page]


@mutant("intandem")
def orders_by_chance(job: Job) -> int:
    """Asks its database without ORDER BY, which goes well for four pages."""
    return app(job, pager=_Unordered)


class _Repeating(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        while page > 1 and not super().page(session, page, per_page):
            page -= 1
        return super().page(session, page, per_page)


@mutant("intandem")
def repeats_last_page(job: Job) -> int:
    """Gives the last page again to whoever asks for one behind it."""
    return app(job, pager=_Repeating)


class _NotFound(Exporter):
    def export(self, query: PageQuery) -> list[str]:
        rows = super().export(query)
        if not rows and query.page != DONE:
            raise Refusal(404, "there is no such page")
        return rows


@mutant("intandem")
def has_no_page_without_clients(job: Job) -> int:
    """Answers 404 where an empty page is right."""
    return app(job, exporter=_NotFound)


class _Forward(Pager):
    def __init__(self, snapshots: Snapshots) -> None:
        super().__init__(snapshots)
        self.done: dict[str, int] = {}

    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        done = self.done.get(session.business, 0) if page > 1 else 0
        rows = super().page(session, 1, 50_000)[done : done + per_page]
        self.done[session.business] = done + len(rows)
        return rows


@mutant("intandem")
def forward_only_cursor(job: Job) -> int:
    """Gives the next clients, whichever page was asked for; only page 1 begins again."""
    return app(job, pager=_Forward)


class _Recounting(Snapshots):
    def rows(self, number: int, first: int, count: int) -> list[str]:
        everything = [json.loads(row) for row in super().rows(number, 1, first + count - 1)]
        return [json.dumps(row, ensure_ascii=False) for row in everything][first - 1 :]


@mutant("intandem")
def reads_from_the_start_for_every_page(job: Job) -> int:
    """Reads and writes everything up to the page that it was asked for."""
    return app(job, snapshots=_Recounting)


# ---- page numbers ----


class _Sliced(Exporter):
    def done(self, business: str) -> list[str]:
        rows = [row for one in self.ledger.serving(business) for row in self.pager.page(one, 1, 50_000)[-1:]]
        super().done(business)
        return rows


@mutant("intandem")
def slices_with_minus_one(job: Job) -> int:
    """Takes -1 for an index, which in its language is the last one."""
    return app(job, exporter=_Sliced)


def _unchecked(parameters: Parameters, name: str) -> int:
    return int(parameters.getlist(name)[0])


@mutant("intandem")
def crashes_on_nonsense(job: Job) -> int:
    """Believes that page and per_page are there and are numbers."""
    with patch.object(paging, "_whole", _unchecked):
        return app(job)


def _forgiving(parameters: Parameters, name: str) -> int:
    try:
        found = _unchecked(parameters, name)
    except (IndexError, ValueError):
        found = 0
    return found if found == DONE or found > 0 else {"page": 1, "per_page": 50_000}[name]


@mutant("intandem")
def takes_nonsense_for_everything(job: Job) -> int:
    """Gives page 1, or everything, when it does not understand what it is asked for."""
    with patch.object(paging, "_whole", _forgiving):
        return app(job)


KNOWN = {"business_uid", "staff_uid", "page", "per_page"}


def _strict(of: Callable[[Parameters], PageQuery]) -> Callable[[Parameters], PageQuery]:
    def checked(parameters: Parameters) -> PageQuery:
        if set(parameters) - KNOWN:  # type: ignore[call-overload]  # werkzeug's MultiDict iterates over its names
            raise Refusal(400, "unknown parameter")
        return of(parameters)

    return checked


@mutant("intandem")
def refuses_unknown_parameters(job: Job) -> int:
    """Answers 400 to a parameter that is not in its list."""
    with patch.object(PageQuery, "of", _strict(PageQuery.of)):
        return app(job)
