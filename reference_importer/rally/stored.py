"""The people who are there already, and what they hold: read once, before the first import.

A search is the only way to read people back, and its documented filters do not know e-mails, so everybody is read,
page by page. When that would be more calls than there are rows, the rows' people are asked for one by one instead: the
opt-out of an e-mail tells the person's id. A workspace without people costs one call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.checkpoint import Row
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.transport import Answer
from reference_importer.common.values import folded
from reference_importer.rally.client import PAGE, Client, Problem, found_people
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.mapping import Identifier
from reference_importer.rally.properties import Plan

NAMES = {"FIRST_NAME": "firstName", "LAST_NAME": "lastName"}
"""Names as a search calls them, and as an import does."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of the person whom a row means.

    `readable` are the ids of the properties of which it is known whether they have a value.
    """

    email: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    readable: frozenset[str] = frozenset()


class StoredPeople:
    """Reads people back, and finds the one whom a row means."""

    def __init__(self, client: Client, ledger: Ledger, identifier: Identifier, plan: Plan) -> None:
        self._client, self._ledger, self._identifier, self._plan = client, ledger, identifier, plan
        self._hidden: set[str] = set()
        self.count = 0

    def read(self) -> None:
        """Read everybody. Raises RefusedError when that is not possible: sending blindly could erase."""
        try:
            pages = self._client.people(self._attached())
            first = next(pages)
            self._keep(first)
            if self.is_long(first):
                self.look_up()
            else:
                self.read_rest(pages)
        except CallError as error:
            raise RefusedError(f"{error}. Without knowing what they hold, sending people could erase it.") from error

    def is_long(self, first: Answer) -> bool:
        """Would reading everybody be more calls than asking for each row's person?"""
        total = first.body.get("total")
        rows = self._ledger.count("staged")
        return self._identifier.name == "email" and isinstance(total, int) and total > PAGE * (rows + 2)

    def read_rest(self, pages: Iterator[Answer]) -> None:
        """Read everybody."""
        for answer in pages:
            self._keep(answer)

    def look_up(self) -> None:
        """Read only those whom the rows mean."""
        after = 0
        while rows := self._ledger.unplaced(after, PAGE):
            after = rows[-1].seq
            ids = [id for row in rows if (id := self._id_of(row)) is not None]
            for answer in self._client.people(self._attached(), ids) if ids else ():
                self._keep(answer)

    def _id_of(self, row: Row) -> str | None:
        answer = self._client.opted_out(row.email or "")
        if not answer.ok and answer.status != 404:
            problem = Problem.of(answer)
            raise CallError(f"{row.email} could not be looked up: {problem.status} {problem.message}", sent=True)
        return str(answer.body["personId"]) if answer.body.get("personId") else None

    def _attached(self) -> list[str]:
        return [*sorted(self._plan.all_ids), *NAMES]

    def _keep(self, answer: Answer) -> None:
        self._ledger.keep_stored(self._facts(answer))

    def _facts(self, answer: Answer) -> Iterator[tuple[str, str | None, str | None, str | None, dict[str, Any]]]:
        self._hidden |= {str(one.get("propertyId")) for one in answer.body.get("errors") or [] if isinstance(one, dict)}
        for person in found_people(answer):
            self.count += 1
            held = held_by(person)
            identity = held.get(self._plan.identifier)
            email = person.get("email")
            words = str(identity).strip() if identity is not None else None
            yield str(person.get("personId")), email, folded(email), words, held

    def of(self, row: Row) -> Held:
        """What the person whom the row means holds.

        Somebody who was not found may be there nevertheless: by a second e-mail, by a phone (a search shows
        neither), or since just now. Of them nothing is known. Only a workspace without people is known to be empty.
        """
        readable = self._plan.all_ids - self._hidden
        found = self._find(row) if self.count else None
        if found is None:
            return Held(readable=frozenset() if self.count else self._plan.all_ids)
        email, held = found
        names = {NAMES[id]: str(value) for id, value in held.items() if id in NAMES and value}
        return Held(email, {id: value for id, value in held.items() if id not in NAMES}, names, readable)

    def _find(self, row: Row) -> tuple[str | None, dict[str, Any]] | None:
        if self._identifier.is_property:
            return self._ledger.stored_by("identity", (row.external_id or "").strip(), row.email)
        key = folded(row.email)
        return self._ledger.stored_by("email_key", key, row.email) if key else None


def held_by(person: dict[str, Any]) -> dict[str, Any]:
    """The values of a found person by property id; those without a value are left out."""
    properties = person.get("properties")
    shown = [one for one in properties if isinstance(one, dict)] if isinstance(properties, list) else []
    return {str(one.get("propertyId")): one["value"] for one in shown if one.get("value") not in (None, "", [])}
