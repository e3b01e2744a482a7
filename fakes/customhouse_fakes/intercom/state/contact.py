"""What a contact is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Role = Literal["user", "lead"]
Status = Literal["active", "archived", "deleted", "merged", "blocked"]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The one empty mapping that all records share."""
    return _NOTHING


@dataclass(frozen=True, slots=True)
class AppliedTag:
    """That a tag was put on a contact, when (epoch seconds) and by which admin."""

    tag: str
    at: int
    admin: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A contact that was merged into this one."""

    source: str
    role: Role
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """One version of one contact; an update makes a new one. Times are epoch seconds.

    `seen` holds what only Intercom's messenger writes (browser, location, ios_…): absent keys read as null.
    """

    id: str
    role: Role
    external_id: str | None
    created_at: int
    updated_at: int
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    avatar: str | None = None
    owner_id: int | None = None
    unsubscribed_from_emails: bool = False
    signed_up_at: int | None = None
    last_seen_at: int | None = None
    language_override: str | None = None
    custom_attributes: Mapping[str, Any] = field(default_factory=nothing)
    tags: tuple[AppliedTag, ...] = ()
    notes: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    opted_in: tuple[str, ...] = ()
    status: Status = "active"
    archived_by: Literal["api", "workspace-limit"] | None = None
    deleted_at: int | None = None
    merged_into: str | None = None
    merges: tuple[Merge, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=nothing)

    @property
    def order(self) -> tuple[int, str]:
        """Where the contact stands in lists."""
        return (self.created_at, self.id)
