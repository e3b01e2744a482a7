"""The people who are there already, and what they hold: read once, before the first import.

A search is the only way to read people back, and its documented filters do not know e-mails, so everybody is read,
page by page, into the state file. A workspace without people costs one call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.checkpoint import Row
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.transport import Answer
from reference_importer.common.values import folded
from reference_importer.rally.client import Client, found_people
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.mapping import Identifier
from reference_importer.rally.properties import Plan

NAMES = {"FIRST_NAME": "firstName", "LAST_NAME": "lastName"}
"""Names as a search calls them, and as an import does."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of the person whom a row means.

    `readable` are the ids of the properties of which it is known whether they have a value; None: all of them.
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
        attached = [*sorted(self._plan.all_ids), *NAMES]
        try:
            for answer in self._client.people(attached):
                self._ledger.keep_stored(self._facts(answer))
        except CallError as error:
            raise RefusedError(f"{error}. Without knowing what they hold, sending people could erase it.") from error

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
        found = self._find(row)
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
