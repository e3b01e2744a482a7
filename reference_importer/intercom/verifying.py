"""After the run: does the workspace still have what was written?

A development workspace archives the oldest contacts beyond twenty without a word (contracts, section 6), so answers
alone do not prove that the rows are in.
"""

from __future__ import annotations

from reference_importer.common.checkpoint import Checkpoint, Row
from reference_importer.common.errors import CallError
from reference_importer.intercom.client import Client, Problem, next_cursor


class Verifier:
    """Compares the list of contacts with the done rows. One call when all is well."""

    def __init__(self, client: Client, checkpoint: Checkpoint) -> None:
        self.client, self.checkpoint = client, checkpoint

    def missing(self) -> list[Row]:
        """Done rows whose contact is no longer active.

        The first page tells the count, and in a small workspace every contact. Only a count too low costs more pages.
        Raises CallError when the list cannot be read.
        """
        done = self.checkpoint.count_done_objects()
        if not done:
            return []
        first = self.client.page()
        if not first.ok:
            raise CallError(f"the list of contacts: {Problem.of(first).message}", sent=True, status=first.status)
        total = first.body.get("total_count")
        if next_cursor(first) and isinstance(total, int) and total >= done:
            return []
        listed = (str(one.get("id")) for one in self.client.contacts(first))
        return self.checkpoint.done_elsewhere(listed)
