"""One row, from its first call to its outcome."""

from __future__ import annotations

from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import CallError, RowError
from reference_importer.intercom.client import Problem
from reference_importer.intercom.conflicts import ConflictResolver
from reference_importer.intercom.contacts import ContactWriter, GoneError, rejected

NO_ANSWER = "no_answer"


class Sender:
    """Sends rows; called by many workers at once."""

    def __init__(self, writer: ContactWriter, conflicts: ConflictResolver) -> None:
        self.writer, self.conflicts = writer, conflicts

    def send(self, row: Row) -> Outcome:
        """The row's outcome. Raises only what ends the run (RefusedError) or finds it ending (StoppedError)."""
        try:
            return self.update(row, row.remote_id) if row.remote_id else self.create(row)
        except RowError as error:
            return rejected(row, error)
        except CallError as error:
            return self.unanswered(row, error)

    def create(self, row: Row) -> Outcome:
        """A contact that the state file does not know."""
        answer, body = self.writer.create(row)
        if answer.ok:
            return self.writer.stored(row, "created", answer, body)
        if answer.status == 409 and row.role != "lead":
            return self.conflicts.resolve(row, answer)
        raise Problem.of(answer).rejection()

    def update(self, row: Row, contact_id: str) -> Outcome:
        """A contact that is known to be the row's, unless it has gone meanwhile."""
        try:
            return self.writer.put(row, contact_id, "updated")
        except GoneError as gone:
            return self.replace(row, contact_id, gone)

    def replace(self, row: Row, contact_id: str, gone: GoneError) -> Outcome:
        """The row's contact has gone: follow it where it was merged, restore it, or make it anew."""
        if gone.canonical and row.role != "lead":
            return self.conflicts.adopt(row, gone.canonical)
        if gone.merged:
            words = f"contact {contact_id} was merged into {gone.canonical or 'another one'}. Take the row out."
            raise RowError(words, "contact_merged", 410)
        try:
            return self.conflicts.restore(row, contact_id, known=True)
        except RowError as error:
            if error.status != 404:
                raise
            return self.create(row)  # not even archived: it was purged

    def unanswered(self, row: Row, error: CallError) -> Outcome:
        """Given up. A lead that may have been made stays in doubt, so that it is never made twice."""
        doubtful = row.role == "lead" and not row.remote_id and error.sent
        state = "uncertain" if doubtful else "rejected"
        return Outcome(row, state, None, None, error.status, NO_ANSWER, error.message)
