"""Writes one row to one contact, and says what came of it."""

from __future__ import annotations

import re
from typing import Any

from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import CallError, RowError
from reference_importer.common.transport import Answer
from reference_importer.intercom.attributes import Plan
from reference_importer.intercom.bodies import create_body, differences, update_body
from reference_importer.intercom.client import Client, Problem

CANONICAL = re.compile(r'</contacts/([A-Za-z0-9_-]+)>;\s*rel="canonical"')


class GoneError(Exception):
    """The contact is not active any more (404), or was merged into another (410; `canonical`, if told)."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.merged = answer.status == 410
        link = CANONICAL.search(answer.headers.get("Link", ""))
        self.canonical = link.group(1) if link else None


class ContactWriter:
    """Creates and updates; decides nothing about conflicts."""

    def __init__(self, client: Client, plan: Plan) -> None:
        self.client, self.plan = client, plan

    def create(self, row: Row) -> tuple[Answer, dict[str, Any]]:
        """The answer to a create, and the body sent. A lead's create is never repeated when it may have worked."""
        body = create_body(row, self.plan)
        return self.client.create(body, repeatable=row.role != "lead"), body

    def put(self, row: Row, contact_id: str, what: str) -> Outcome:
        """Give the contact the row's fields. Raises GoneError, or RowError in Intercom's words."""
        body = update_body(row, self.plan)
        answer = self.client.update(contact_id, body)
        if answer.status in (404, 410):
            raise GoneError(answer)
        if not answer.ok:
            raise Problem.of(answer).rejection()
        return self.stored(row, what, answer, body)

    def stored(self, row: Row, what: str, answer: Answer, sent: dict[str, Any]) -> Outcome:
        """Done, if the answer shows a contact with what was sent."""
        contact_id = answer.body.get("id")
        if not isinstance(contact_id, str):
            raise CallError(f"{answer.status}, but the answer shows no contact", sent=True, status=answer.status)
        changed = differences(sent, answer.body, self.plan)
        if changed:
            words = f"contact {contact_id} is there, but Intercom changed {', '.join(changed)}. Compare the two."
            return Outcome(row, "rejected", None, contact_id, answer.status, "stored_differently", words)
        return Outcome(row, "done", what, contact_id, answer.status)


def rejected(row: Row, error: RowError) -> Outcome:
    """The outcome of a row that cannot be imported."""
    return Outcome(row, "rejected", None, None, error.status, error.code, error.message)
