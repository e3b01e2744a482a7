"""What can be done to contacts, by the rules of contract section 2."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intercom.errors import refuse, table
from customhouse_fakes.intercom.paging import Cursor, Page
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.search.index import SearchIndex
from customhouse_fakes.intercom.versions import Version

from .contact import Contact, Merge, Status
from .identity import Details, Identity
from .ids import ObjectIds
from .reading import Rules, read_changes, read_new
from .table import ContactTable

Move = Literal["archive", "unarchive", "delete", "block"]
MERGE_HOPS = 3
#: What was recorded of a GET by id, whatever the profile says of the others (contract section 2.2).
RECORDED = "User Not Found"
COPIED_BY_MERGE = frozenset({"phone", "name", "avatar", "owner_id", "last_seen_at", "language_override"})


@cache
def moves() -> dict[str, dict[str, str]]:
    """For each move and status: the new status, or the id of a refusal."""
    return tomllib.loads(files(__package__).joinpath("lifecycle.toml").read_text("utf-8"))


class Contacts:
    """The contacts of a workspace. Every change goes through `_keep`, which feeds the table and the search index.

    Times come in as `now`, epoch seconds of the sandbox's clock. Refusals are `VendorError`s.
    """

    def __init__(self, profile: IntercomProfile, random: SeededRandom, clock: Callable[[], float]) -> None:
        self.table = ContactTable(fold_emails=profile.email_ignores_case)
        self.index = SearchIndex(lag_s=profile.search_lag_s, fold=self.table.fold, now=clock)
        self._profile = profile
        self._identity = Identity(profile)
        self._random = random
        self._ids = ObjectIds(random)

    # ---- reading ----

    def get(self, id: str, version: Version, *, message: str = RECORDED) -> Contact:
        """The active contact; a merged one is gone (410 with Link) from 2.16, all others are not found."""
        contact = self.table.by_id.get(id)
        if contact is None or contact.status != "active":
            raise self._missing(contact, version, message)
        return contact

    def with_external_id(self, external_id: str, version: Version) -> Contact:
        """The active user with that external_id; leads are never found (contract section 2.2)."""
        holders = [self.table.by_id[id] for id in self.table.with_external_id(external_id)]
        for contact in holders:
            if contact.status == "active" and contact.role == "user":
                return contact
        merged = next((c for c in holders if c.status == "merged"), None)
        raise self._missing(merged, version, self._profile.not_found_message)

    def page(self, cursor: Cursor | None, per_page: int) -> Page[Contact]:
        """Active contacts, newest first."""
        ids = self.table.order.newest_before(self._position(cursor), per_page + 1)
        rows = [self.table.by_id[id] for id in ids[:per_page]]
        number = cursor.page if cursor else 1
        following = None
        if len(ids) > per_page:
            following = Cursor(rows[-1].created_at * 1000, rows[-1].id, number + 1).text()
        return Page(rows, len(self.table.order), number, per_page, following)

    # ---- writing ----

    def create(self, rules: Rules, body: Mapping[str, Any], version: Version, now: int) -> Contact:
        """A new contact from a request body (contract sections 2.3 and 2.4)."""
        fields = read_new(rules, body, version)
        role = fields["role"]
        external_id, email = fields.pop("external_id", None), fields.get("email")
        self._identity.require_free(self.table, role, Details(external_id, email), now)
        if role == "lead":
            external_id = self.new_external_id()
        return self.keep(
            Contact(id=self._ids.next(now), external_id=external_id, created_at=now, updated_at=now, **fields)
        )

    def update(self, rules: Rules, id: str, body: Mapping[str, Any], version: Version, now: int) -> Contact:
        """Change what the body names (contract section 2.5)."""
        old = self.get(id, version, message=self._profile.not_found_message)
        fields = read_changes(rules, old, body, version)
        new = replace(old, **fields, updated_at=now)
        if any(getattr(new, key) != getattr(old, key) for key in ("role", "external_id", "email")):
            self._identity.require_free(self.table, new.role, Details(new.external_id, new.email, id), now)
        return self.keep(new)

    def move(self, move: Move, id: str, now: int, *, by: Literal["api", "workspace-limit"] = "api") -> Contact:
        """Archive, unarchive, delete or block, as the table of moves says."""
        old = self.table.by_id.get(id)
        if old is None or self._identity.purged(old, now):
            raise self._missing(old, None, self._profile.not_found_message)
        outcome = moves()[move][old.status]
        if outcome in table():
            raise self._immovable(outcome, old)
        status = cast(Status, outcome)
        new = replace(
            old,
            status=status,
            updated_at=now,
            archived_by=by if status == "archived" else None,
            deleted_at=now if status == "deleted" else None,
        )
        return self.keep(new)

    def merge(self, source_id: str, target_id: str, version: Version, now: int, *, unrelated: bool) -> Contact:
        """Merge a lead into a user: missing values are copied, identifiers never overwritten (section 2.6)."""
        source, target = self.get(source_id, version), self.get(target_id, version)
        if (source.role, target.role) != ("lead", "user"):
            raise refuse("merge_roles", source=source.role, target=target.role)
        if version.has("merge_checks_duplicates") and not unrelated and not self._duplicates(source, target):
            raise refuse("merge_not_duplicates")
        merged = _merged(source, target, now, take_email=not self.table.with_email(source.email))
        self.keep(replace(source, status="merged", merged_into=target.id, updated_at=now))
        return self.keep(merged)

    def keep(self, contact: Contact) -> Contact:
        """Store a version of a contact, whatever it is."""
        self.table.put(contact)
        self.index.submit(contact)
        return contact

    def plant(self, contact: Contact, *, fresh: bool = False) -> Contact:
        """Store a contact as if it had always been there, searchable at once; a `fresh` one as if written just now."""
        self.table.put(contact)
        if fresh:
            self.index.submit(contact)
        else:
            self.index.show(contact)
        return contact

    def new_id(self, now: int) -> str:
        return self._ids.next(now)

    def new_external_id(self) -> str:
        """What a lead gets as external_id, whatever the client sent (REC)."""
        return self._random.uuid()

    def copy(self) -> Contacts:
        twin = Contacts.__new__(Contacts)
        twin.__dict__.update(self.__dict__)
        twin.table = self.table.copy()
        twin.index = self.index.copy()
        return twin

    # ---- details ----

    def _duplicates(self, source: Contact, target: Contact) -> bool:
        same_email = source.email and target.email and self.table.fold(source.email) == self.table.fold(target.email)
        return bool(same_email or (source.phone and source.phone == target.phone))

    def _position(self, cursor: Cursor | None) -> tuple[int, str] | None:
        if cursor is None:
            return None
        if not isinstance(cursor.value, int):
            raise refuse("invalid_cursor")
        return (cursor.value // 1000, cursor.id)

    def _missing(self, contact: Contact | None, version: Version | None, message: str) -> VendorError:
        if contact is None:
            return _not_found(message, "no contact ever had it, or it was purged")
        if contact.status == "merged" and version is not None and version.has("merged_gone"):
            return refuse("contact_merged", into=self._canonical(contact))
        return _not_found(message, f"it is {contact.status}")

    def _canonical(self, contact: Contact) -> str:
        """The id that a chain of merges ends at, followed for three hops (OAS 2.16)."""
        id = contact.merged_into or contact.id
        for _ in range(MERGE_HOPS - 1):
            following = self.table.by_id[id].merged_into if id in self.table.by_id else None
            if following is None:
                break
            id = following
        return id

    def _immovable(self, error: str, contact: Contact) -> VendorError:
        if error == "user_not_found":
            return _not_found(self._profile.not_found_message, f"it is {contact.status}")
        if error == "not_restorable_deleted" and self._profile.unarchive_deleted == "server_error":
            error = "not_restorable_deleted_old"
        return refuse(error, problem=f"it is {contact.status}", into=contact.merged_into)


def _not_found(message: str, problem: str) -> VendorError:
    return refuse("user_not_found" if message == RECORDED else "contact_not_found", problem=problem)


def _merged(source: Contact, target: Contact, now: int, *, take_email: bool) -> Contact:
    missing = {
        field: getattr(source, field)
        for field in (COPIED_BY_MERGE | {"email"} if take_email else COPIED_BY_MERGE)
        if not getattr(target, field)
    }
    custom = {**source.custom_attributes, **{k: v for k, v in target.custom_attributes.items() if v is not None}}
    return replace(
        target,
        **missing,
        custom_attributes=custom,
        tags=target.tags + tuple(t for t in source.tags if t.tag not in {own.tag for own in target.tags}),
        notes=target.notes + source.notes,
        companies=target.companies + tuple(c for c in source.companies if c not in target.companies),
        merges=(*target.merges, Merge(source.id, source.role, now)),
        updated_at=now,
    )
