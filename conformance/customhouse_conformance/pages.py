"""The exchanges of a pulling provider as what they are: sessions, and in them pages of clients that an app handed out.

A view of the record, so that judges read alike. An answer counts as a page only if it has status 200 and a list of
clients; whatever else came is an answer that is no page, which is better than a page that lies.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from customhouse_conformance.facts import Exchange, Row, Visit
from customhouse_conformance.record import Record
from customhouse_conformance.shapes import fold
from customhouse_conformance.store import importable, once

PAGE, DONE, PROBE = "export.page", "export.done", "export.probe"
WEBHOOK, START = "webhook.deliver", "imports.start"

#: How the fake calls a session whose walk came to its end.
COMPLETE = "completed"


@dataclass(frozen=True)
class Asked:
    """One request for a page, and what the app answered."""

    exchange: Exchange

    @property
    def business(self) -> str:
        """business_uid as it was sent."""
        return self.exchange.arguments.get("business_uid", "")

    @property
    def number(self) -> int | None:
        """The page asked for; None when it was no number."""
        return _number(self.exchange.arguments.get("page"))

    @property
    def per_page(self) -> int | None:
        """The number of clients asked for; None when it was no number."""
        return _number(self.exchange.arguments.get("per_page"))

    @cached_property
    def clients(self) -> list[Row] | None:
        """The clients of the answer; None when it was no page."""
        if self.exchange.status != 200:
            return None
        body = self.exchange.response.json()
        data = body.get("data") if isinstance(body, dict) else None
        found = data.get("clients") if isinstance(data, dict) else None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None

    @property
    def said(self) -> str:
        """What came instead of a page, in words."""
        status = self.exchange.status
        return f"status {status}" if status is not None else self.exchange.why or "nothing"

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """Requests with the same key must get the same clients."""
        return self.business, self.number, self.per_page


@dataclass(frozen=True)
class Session:
    """One import session of the fake: its export line, and what was asked in it, in order."""

    line: Row
    asked: tuple[Asked, ...]

    @property
    def business(self) -> str:
        """Whose clients."""
        return str(self.line["business_uid"])

    @property
    def complete(self) -> bool:
        """Whether the walk came to its end; an aborted or vanished one did not."""
        return bool(self.line["state"] == COMPLETE)

    @property
    def walk(self) -> list[Asked]:
        """What was asked on the way from page 1 to the short page, repetitions included."""
        return [one for one in self.asked if one.exchange.operation == PAGE]

    @property
    def probes(self) -> list[Asked]:
        """What was asked beside the walk."""
        return [one for one in self.asked if one.exchange.operation == PROBE]

    @property
    def dones(self) -> list[Asked]:
        """The requests for page -1."""
        return [one for one in self.asked if one.exchange.operation == DONE]

    @cached_property
    def pages(self) -> dict[int, Asked]:
        """By number, the last answer of the walk that was a page."""
        found = {one.number: one for one in self.walk if one.clients is not None and one.number is not None}
        return dict(sorted((number, one) for number, one in found.items() if number is not None))

    @cached_property
    def clients(self) -> list[Row]:
        """The clients of all pages, one after the other."""
        return [client for one in self.pages.values() for client in one.clients or ()]


def sessions(record: Record) -> list[Session]:
    """All sessions, in the order of the fake's export; their pages are read once, whoever asks."""
    return once(record, ("sessions",), lambda: _sessions(record))


def _sessions(record: Record) -> list[Session]:
    by_group: dict[str | None, list[Asked]] = {}
    for one in record.exchanges:
        if one.direction == "out" and one.operation in (PAGE, DONE, PROBE):
            by_group.setdefault(one.group, []).append(Asked(one))
    return [Session(line, tuple(by_group.get(line["id"], ()))) for line in record.objects("session")]


def asked(record: Record, *operations: str) -> list[Asked]:
    """Everything that was asked in all sessions; of some operations only if they are named."""
    return [
        one
        for session in sessions(record)
        for one in session.asked
        if one.exchange.operation in (operations or (PAGE, DONE, PROBE))
    ]


def handed_out(record: Record, *operations: str) -> list[Asked]:
    """What was asked, as far as the answer holds clients out of the source."""
    known = once(record, ("names",), lambda: _known_names(record))
    return [one for one in asked(record, *operations) if known.intersection(names(one.clients or ()))]


def _known_names(record: Record) -> set[str]:
    known = {name for rows in record.header.businesses.values() for name in names(rows)}
    return known | set(names((*record.rows, *(record.header.turned or ()))))


def source_of(record: Record, business: str) -> list[Row]:
    """The rows of a business's source that can be imported."""
    rows = record.header.businesses.get(business, record.rows)
    return once(record, ("source", business), lambda: importable(record, rows))


def turned_rows(record: Record) -> list[Row]:
    """The rows of the first business after its source has turned."""
    return importable(record, record.header.turned or ())


def name_of(row: Row) -> str:
    """What a row and the client made of it have in common: the external_id, else the e-mail, else the names."""
    if row.get("external_id") not in (None, ""):
        return str(row["external_id"])
    return fold(row.get("email")) or f"{row.get('first_name')} {row.get('last_name')}"


def names(rows: Iterable[Row]) -> list[str]:
    """The names of rows or clients."""
    return [name_of(row) for row in rows]


def doubled(found: Sequence[str]) -> list[str]:
    """What stands in a list more than once, in order."""
    return [name for name in dict.fromkeys(found) if found.count(name) > 1] if len(set(found)) < len(found) else []


def visits(record: Record, what: str) -> list[Visit]:
    """Pages of the app that the harness opened."""
    return [one for process in record.processes for one in process.visits if one.what == what]


def says(record: Record, word: str) -> bool:
    """Whether the app says a word or number anywhere, not as a part of another one."""
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", record.text()) is not None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.lstrip("-").isdigit() else None
