"""What inTandem asks for, and the page that answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.ledger import DONE, Session
from reference_importer.intandem.options import BUSINESS
from reference_importer.intandem.snapshots import DamagedError, Snapshots

WHOLE = re.compile(r"-?[0-9]{1,15}\Z", re.ASCII)
#: Guards against nonsense only: twice what a session can have at all.
MOST_PER_PAGE = 100_000


class Parameters(Protocol):
    """A query string that may name a parameter more than once (werkzeug's MultiDict)."""

    def getlist(self, key: str) -> list[str]:
        """All values of a parameter."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The parameters of an export request; unknown ones are nobody's business (contracts, S25)."""

    business: str
    page: int
    per_page: int

    @classmethod
    def of(cls, parameters: Parameters) -> PageQuery:
        """Raises Refusal (400) when there is no sense in them. Page -1 needs no per_page."""
        business, page = business_of(parameters), _whole(parameters, "page")
        if page == DONE:
            return cls(business, page, 0)
        per_page = _whole(parameters, "per_page")
        if page < 1:
            raise Refusal(400, f"page is {page}. Expected 1, 2, 3 … or {DONE}.")
        if not 1 <= per_page <= MOST_PER_PAGE:
            raise Refusal(400, f"per_page is {per_page}. Expected 1 to {MOST_PER_PAGE}.")
        return cls(business, page, per_page)


def business_of(parameters: Parameters) -> str:
    """The business_uid. Raises Refusal (400) when there is none, or one that cannot be."""
    found = _one(parameters, "business_uid")
    if not BUSINESS.match(found):
        raise Refusal(400, "business_uid is no business's. Expected letters, digits, dots, dashes and underscores.")
    return found


def _one(parameters: Parameters, name: str) -> str:
    values = parameters.getlist(name)
    if len(values) != 1:
        raise Refusal(400, f"{name} is given {len(values)} times. Expected once.")
    return values[0]


def _whole(parameters: Parameters, name: str) -> int:
    found = _one(parameters, name)
    if not WHOLE.match(found):
        raise Refusal(400, f"{name} is no whole number.")
    return int(found)


class Pager:
    """Cuts pages out of snapshots. Knows nothing but the snapshot: the same question has the same answer."""

    def __init__(self, snapshots: Snapshots) -> None:
        self.snapshots = snapshots

    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        """The JSON of the clients on a page: none beyond the end.

        Raises DamagedError or sqlite3.Error rather than return fewer than there should be.
        """
        if session.snapshot is None or session.contents is None:
            raise DamagedError(f"session {session.number} has no snapshot")
        skipped = (page - 1) * per_page
        expected = min(per_page, session.contents.clients - skipped)
        if expected <= 0:
            return []
        rows = self.snapshots.rows(session.snapshot, skipped + 1, expected)
        if len(rows) != expected:
            raise DamagedError(f"the snapshot of session {session.number} has {len(rows)} of {expected} clients")
        return rows
