"""Uniqueness of users: the rows of `identity.toml` and their interpreter. Each check is a few dictionary look-ups."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.profile import IntercomProfile

from .contact import Contact, Role
from .table import ContactTable


@dataclass(frozen=True, slots=True)
class Details:
    """What a user is recognised by. `id` is its own, if it exists already."""

    external_id: str | None
    email: str | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One way to clash. `unless` names the switch that allows it."""

    match: Literal["external_id", "email"]
    grade: str
    source: str
    doc: str
    new_external_id: bool | None = None
    unless: str | None = None


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("identity.toml").read_text("utf-8"))


@cache
def rows() -> tuple[Row, ...]:
    return tuple(Row(**row) for row in _document()["row"])


class Identity:
    """Answers whether details are free, by one workspace's rules."""

    def __init__(self, profile: IntercomProfile) -> None:
        self._profile = profile
        self._rows = tuple(row for row in rows() if row.unless is None or not getattr(profile, row.unless))
        self._answers: dict[str, str] = dict(_document()["answers"])
        if profile.blocked_conflict == "conflict":
            self._answers["blocked"] = "conflict_archived"

    def require_free(self, table: ContactTable, role: Role, details: Details, now: int) -> None:
        """Refuse details that another user holds (409, or 400 when that one is blocked). Leads always pass."""
        if role == "lead":
            return
        for row in self._rows:
            if row.new_external_id is not None and row.new_external_id != bool(details.external_id):
                continue
            holder = self._speaker(table, self._holders(table, row, details), details.id, now)
            if holder is not None:
                raise self._refusal(holder, row.match)

    def _holders(self, table: ContactTable, row: Row, details: Details) -> Iterable[str]:
        if row.match == "external_id":
            return table.with_external_id(details.external_id)
        return table.with_email(details.email)

    def _speaker(self, table: ContactTable, ids: Iterable[str], own: str | None, now: int) -> Contact | None:
        """The first active holder, else the first of any status; purged contacts hold nothing any more."""
        first = None
        for id in ids:
            holder = table.by_id[id]
            if id == own or self.purged(holder, now):
                continue
            if holder.status == "active":
                return holder
            first = first or holder
        return first

    def purged(self, contact: Contact, now: int) -> bool:
        """Whether a deleted contact is gone for good."""
        after = self._profile.purge_after_s
        return after > 0 and contact.deleted_at is not None and now >= contact.deleted_at + after

    def _refusal(self, holder: Contact, matched: str) -> VendorError:
        refusal = refuse(self._answers[holder.status], id=holder.id, matched=matched, state=holder.status)
        if self._profile.conflict_data and refusal.status == 409:
            refusal.body["errors"][0]["data"] = {"contact_id": holder.id}
        return refusal
