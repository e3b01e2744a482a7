"""409: somebody with these details is there. Whose contact is it, and may this row have it?"""

from __future__ import annotations

import re
import threading
from typing import Any

from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import CallError, RowError
from reference_importer.common.transport import Answer
from reference_importer.common.values import folded
from reference_importer.intercom.client import Client, Problem
from reference_importer.intercom.contacts import ContactWriter, GoneError

ID = re.compile(r"\bid=([A-Za-z0-9_-]+)")


class ConflictResolver:
    """Active: update it. Archived: restore and update it. Somebody else's: leave it alone and reject the row."""

    def __init__(self, client: Client, writer: ContactWriter) -> None:
        self.client, self.writer = client, writer
        self._by_email: dict[str, str] = {}
        self._lock = threading.Lock()

    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        """The outcome of `row` after `conflict`. The id stands in the message only (contracts, section 2.4)."""
        problem = Problem.of(conflict)
        found = ID.search(problem.message)
        if not found:
            raise problem.rejection()
        if "archived" in problem.message:
            return self.restore(row, found.group(1))
        return self.adopt(row, found.group(1))

    def adopt(self, row: Row, contact_id: str, what: str = "updated") -> Outcome:
        """Update an active contact, if it is the row's."""
        answer = self.client.read(contact_id)
        if not answer.ok:
            raise self._vanished(contact_id, answer.status)
        if not self.mine(row, answer.body):
            raise foreign(row, contact_id, answer.body)
        try:
            return self.writer.put(row, contact_id, what)
        except GoneError as gone:
            raise self._vanished(contact_id, 410 if gone.merged else 404) from gone

    def restore(self, row: Row, contact_id: str, *, known: bool = False) -> Outcome:
        """Unarchive a contact and update it; `known` when it is certainly the row's.

        Archived contacts cannot be read, so whose it is shows only afterwards; somebody else's is put back.
        """
        refused = self._unarchive(contact_id)
        if refused:
            # Restored after all, by somebody or by a try whose answer was lost? Then it can be read now.
            if self.client.read(contact_id).ok:
                return self.adopt(row, contact_id, "unarchived")
            words = f"contact {contact_id} is archived and cannot be restored: {refused.message}"
            raise RowError(words, refused.code, refused.status)
        if not known:
            found = self.client.read(contact_id)
            if not found.ok or not self.mine(row, found.body):
                self.client.archive(contact_id)
                raise foreign(row, contact_id, found.body)
        try:
            return self.writer.put(row, contact_id, "unarchived")
        except GoneError as gone:
            raise self._vanished(contact_id, 404) from gone

    def _unarchive(self, contact_id: str) -> Problem | None:
        try:
            answer = self.client.unarchive(contact_id)
        except CallError as error:
            return Problem(error.status or 0, "no_answer", error.message)
        return None if answer.ok else Problem.of(answer)

    def mine(self, row: Row, contact: dict[str, Any]) -> bool:
        """Is this the row's contact? Two external ids decide; if either side has none, the e-mail does."""
        theirs = contact.get("external_id")
        if row.external_id and theirs:
            return bool(row.external_id == theirs)
        if not row.email or folded(row.email) != folded(contact.get("email")):
            return False
        with self._lock:  # of several rows with this e-mail, the first has it
            return self._by_email.setdefault(str(contact.get("id")), row.key) == row.key

    def _vanished(self, contact_id: str, status: int) -> RowError:
        words = f"contact {contact_id} was in the way, but is no longer there. Start again to import the row."
        return RowError(words, "vanished", status)


def foreign(row: Row, contact_id: str, contact: dict[str, Any]) -> RowError:
    """The refusal to touch somebody else's contact, with both identities."""
    theirs = f"external_id {contact.get('external_id')!r}, email {contact.get('email')!r}"
    words = (
        f"contact {contact_id} ({theirs}) is in the way of the row's external_id {row.external_id!r}, email"
        f" {row.email!r}. It was left alone; correct the row, or merge the two by hand."
    )
    return RowError(words, "conflict", 409)
