"""The contacts of a workspace against a model that is too simple to be wrong: a list of rows that is scanned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from customhouse_fakes.core.answers import VendorError

from .support import Time, V, workspace

EMAILS = st.sampled_from([None, "a@x.org", "A@X.org", " a@x.org ", "b@x.org", ""])
EXTERNAL_IDS = st.sampled_from([None, "1", "2", "3", ""])
ROLES = st.sampled_from([None, "user", "lead"])


@dataclass
class Row:
    """What the model knows of a contact."""

    id: str
    role: str
    external_id: str | None
    email: str | None
    status: str = "active"

    @property
    def holds(self) -> bool:
        return self.role == "user" or self.status == "merged"


def outcome(call: Any, *arguments: Any) -> Any:
    """What a call returns, or the code of its refusal."""
    try:
        return call(*arguments)
    except VendorError as refusal:
        return refusal.rule


def same(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and str(one).strip().lower() == str(other).strip().lower()


class ContactsMachine(RuleBasedStateMachine):
    contacts = Bundle("contacts")

    @initialize()
    def begin(self) -> None:
        self.time = Time()
        self.workspace = workspace(self.time)
        self.rows: list[Row] = []

    # ---- the model's only rule ----

    def expected_conflicts(self, external_id: str | None, email: str | None, own: str | None = None) -> set[str]:
        others = [row for row in self.rows if row.holds and row.id != own]
        for holders in (
            [row for row in others if external_id and row.external_id == external_id],
            [row for row in others if same(row.email, email)],
        ):
            if any(row.status == "active" for row in holders):
                return {"conflict.active"}
            if holders:
                return {"conflict.blocked" if row.status == "blocked" else "conflict.archived" for row in holders}
        return set()

    def row(self, id: str) -> Row:
        return next(row for row in self.rows if row.id == id)

    # ---- what importers do ----

    @rule(target=contacts, role=ROLES, external_id=EXTERNAL_IDS, email=EMAILS)
    def create(self, role: str | None, external_id: str | None, email: str | None) -> Any:
        body = {"role": role, "external_id": external_id, "email": email, "name": "n"}
        got = outcome(self.workspace.create_contact, body, V)
        if role is None and external_id is None and email is None:
            assert got == "nothing.to_create"
        elif role != "lead" and not external_id and not email:
            assert got == "user.without_identity"
        elif role != "lead" and (conflicts := self.expected_conflicts(external_id, email)):
            assert got in conflicts
        else:
            if role == "lead":
                assert got.external_id not in (None, external_id)
            else:
                assert got.external_id == (external_id or None)
            self.rows.append(Row(got.id, role or "user", got.external_id, email))
            return got.id
        return multiple()

    @rule(id=contacts, external_id=EXTERNAL_IDS, email=EMAILS, role=ROLES)
    def update(self, id: str, external_id: str | None, email: str | None, role: str | None) -> None:
        row = self.row(id)
        body = {"role": role, "external_id": external_id, "email": email}
        got = outcome(self.workspace.update_contact, id, body, V)
        after = Row(id, role or row.role, row.external_id, email, row.status)
        if after.role == "user":
            after.external_id = row.external_id if external_id is None else external_id or None
            after.email = "" if email is None else email
        changed = (after.role, after.external_id, after.email) != (row.role, row.external_id, row.email)
        if row.status != "active":
            assert got == ("contact.merged" if row.status == "merged" else "user.not_found")
        elif row.role == "user" and role == "lead":
            assert got == "user.to_lead"
        elif (
            changed
            and after.role == "user"
            and (conflicts := self.expected_conflicts(after.external_id, after.email, own=id))
        ):
            assert got in conflicts
        else:
            assert (got.role, got.external_id, got.email) == (after.role, after.external_id, after.email)
            row.role, row.external_id, row.email = after.role, after.external_id, after.email

    @rule(id=contacts, move=st.sampled_from(["archive", "unarchive", "delete", "block"]))
    def move(self, id: str, move: Any) -> None:
        row = self.row(id)
        got = outcome(self.workspace.move_contact, move, id)
        becomes = {"archive": "archived", "delete": "deleted", "block": "blocked"}
        if move == "unarchive" and row.status in ("active", "archived"):
            row.status = "active"
        elif move == "unarchive":
            assert got == f"not.restorable_{row.status}"
            return
        elif row.status == "active":
            row.status = becomes[move]
        else:
            assert got == "user.not_found"
            return
        assert got.status == row.status

    @rule(source=contacts, into=contacts)
    def merge(self, source: str, into: str) -> None:
        body = {"from": source, "into": into, "skip_duplicate_validation": True}
        got = outcome(self.workspace.merge_contacts, body, V)
        from_row, into_row = self.row(source), self.row(into)
        if from_row.status != "active" or into_row.status != "active":
            missing = from_row if from_row.status != "active" else into_row
            assert got == ("contact.merged" if missing.status == "merged" else "user.not_found")
        elif (from_row.role, into_row.role) != ("lead", "user"):
            assert got == "merge.roles"
        else:
            held = any(row.holds and same(row.email, from_row.email) for row in self.rows)
            if not into_row.email and not held:
                into_row.email = from_row.email
            from_row.status = "merged"
            assert (got.id, got.external_id, got.email) == (into, into_row.external_id, into_row.email)

    @rule()
    def restore_a_snapshot(self) -> None:
        kept = self.workspace
        self.workspace = kept.copy()
        kept.create_contact({"role": "lead", "email": "stray@x.org"}, V)

    # ---- what must always hold ----

    @invariant()
    def lists_show_the_active_newest_first(self) -> None:
        expected = [row.id for row in self.rows if row.status == "active"]
        page = self.workspace.list_contacts(150, None)
        assert [contact.id for contact in page.rows] == expected[::-1]
        assert page.total == len(expected)

    @invariant()
    def reading_shows_what_was_written(self) -> None:
        for row in self.rows:
            got = outcome(self.workspace.contacts.get, row.id, V)
            if row.status == "active":
                assert (got.role, got.external_id, got.email) == (row.role, row.external_id, row.email)
            else:
                assert got == ("contact.merged" if row.status == "merged" else "user.not_found")

    @invariant()
    def searches_find_whatever_is_active(self) -> None:
        for field, value in (("email", "A@x.org"), ("external_id", "2"), ("role", "lead")):
            query = {"query": {"field": field, "operator": "=", "value": value}, "pagination": {"per_page": 150}}
            found = {contact.id for contact in self.workspace.search_contacts(query, V).rows}
            assert found == {
                row.id
                for row in self.rows
                if row.status == "active"
                and (same(row.email, value) if field == "email" else getattr(row, field) == value)
            }


TestContacts = ContactsMachine.TestCase
TestContacts.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
