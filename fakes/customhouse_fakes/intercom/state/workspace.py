"""The workspace: everything that one sandbox of the fake Intercom holds, and the calls that touch several tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.paging import Page, parse_cursor, parse_per_page
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.search.run import Searcher
from customhouse_fakes.intercom.versions import Version, version

from .attributes import Attributes, DataAttribute
from .bulk import Jobs, Kind
from .companies import Companies, Company
from .contact import AppliedTag, Contact
from .contacts import Contacts, Move
from .labels import (
    Admin,
    Note,
    Numbered,
    SubscriptionType,
    Tag,
    default_admin,
    default_subscriptions,
    paragraph,
)
from .reading import Rules

MAX_COMPANIES = 1000
BULK_VERSION = "Preview"


class Workspace:
    """One workspace. Methods take ids and bodies as they came in and raise `VendorError`s; `now` is the sandbox's.

    Bodies are JSON objects. `settle` must be called before each request: it does what time has made due.
    """

    def __init__(self, profile: IntercomProfile, random: SeededRandom, now: Callable[[], float]) -> None:
        self.profile = profile
        self.now = now
        self.code = random.hex(8)
        self.created_at = int(now())
        self.contacts = Contacts(profile, random, now)
        self.attributes = Attributes(profile)
        self.companies = Companies(random)
        self.jobs = Jobs(profile.bulk_task_s)
        self.admins: Numbered[Admin] = Numbered()
        self.tags: Numbered[Tag] = Numbered()
        self.notes: Numbered[Note] = Numbered()
        self.subscriptions: Numbered[SubscriptionType] = Numbered()
        self._searcher = Searcher(profile)
        self._next_sweep = self._sweep_after(now())
        self.admins.put(default_admin())
        for subscription in default_subscriptions():
            self.subscriptions.put(subscription)

    @property
    def stamp(self) -> int:
        """Now, in whole seconds: what records are stamped with."""
        return int(self.now())

    @property
    def admin(self) -> Admin:
        """The teammate that the token belongs to."""
        return next(iter(self.admins.rows.values()))

    # ---- contacts ----

    def create_contact(self, body: Mapping[str, Any], version: Version) -> Contact:
        return self.contacts.create(self._rules(), body, version, self.stamp)

    def update_contact(self, id: str, body: Mapping[str, Any], version: Version) -> Contact:
        return self.contacts.update(self._rules(), id, body, version, self.stamp)

    def move_contact(self, move: Move, id: str) -> Contact:
        return self.contacts.move(move, id, self.stamp)

    def merge_contacts(self, body: Mapping[str, Any], version: Version) -> Contact:
        """Merge `from` (a lead) into `into` (a user)."""
        for key in ("from", "into"):
            if not body.get(key):
                raise refuse("parameter_missing", field=key)
        unrelated = bool(body.get("skip_duplicate_validation"))
        return self.contacts.merge(str(body["from"]), str(body["into"]), version, self.stamp, unrelated=unrelated)

    def list_contacts(self, per_page: object, starting_after: object) -> Page[Contact]:
        """A page of all active contacts, newest first (contract section 2.7)."""
        size = parse_per_page(per_page, default=self.profile.list_per_page, over_max=self.profile.per_page_over_max)
        return self.contacts.page(parse_cursor(starting_after), size)

    def search_contacts(self, body: Mapping[str, Any], version: Version) -> Page[Contact]:
        """A page of what the search index shows by now (contract section 3)."""
        index = self.contacts.index
        index.catch_up()
        return self._searcher.search(index, self.attributes, body, version)

    # ---- companies ----

    def upsert_company(self, body: Mapping[str, Any]) -> Company:
        return self.companies.upsert(self.attributes, body, self.stamp)

    def user_count(self, company: Company) -> int:
        return len(self.contacts.table.in_company(company.id))

    def list_companies(self, order: Literal["asc", "desc"] = "desc") -> list[Company]:
        """Companies that have a contact; others do not show in lists (OAS)."""
        return self.companies.listed(self.contacts.table.populated_companies(), order=order)

    def scroll_companies(self, app: str, param: str | None) -> tuple[str, list[Company]]:
        return self.companies.scroll(app, param, self.contacts.table.populated_companies(), self.now())

    def attach_company(self, contact_id: str, company_id: object, version: Version) -> Company:
        """Attach by the company's Intercom id; attaching twice changes nothing."""
        contact = self.contacts.get(contact_id, version)
        if company_id is None or company_id == "":
            raise refuse("company_not_specified")
        company = self.companies.get(str(company_id))
        if company.id not in contact.companies:
            if len(contact.companies) >= MAX_COMPANIES:
                raise refuse("company_limit")
            self._change(contact, companies=(*contact.companies, company.id))
        return company

    def detach_company(self, contact_id: str, company_id: str, version: Version) -> Company:
        contact = self.contacts.get(contact_id, version)
        company = self.companies.get(company_id)
        if company.id not in contact.companies:
            raise refuse("company_not_found")
        self._change(contact, companies=tuple(id for id in contact.companies if id != company.id))
        return company

    # ---- data attributes ----

    def create_attribute(self, body: Mapping[str, Any]) -> DataAttribute:
        return self.attributes.create(body, now=self.stamp, admin_id=self.admin.id)

    def update_attribute(self, id: int, body: Mapping[str, Any]) -> DataAttribute:
        return self.attributes.update(id, body, now=self.stamp)

    # ---- tags, notes, subscriptions ----

    def tag_named(self, name: str) -> Tag:
        """The tag of that name, made if it does not exist."""
        for tag in self.tags.rows.values():
            if tag.name == name:
                return tag
        return self.tags.put(Tag(self.tags.next_id(), name))

    def tag(self, id: object) -> Tag:
        tag = self.tags.rows.get(str(id))
        if tag is None:
            raise refuse("resource_not_found", kind="tag", id=id)
        return tag

    def delete_tag(self, id: str) -> None:
        """Delete a tag everywhere."""
        tag = self.tag(id)
        del self.tags.rows[tag.id]
        for contact in list(self.contacts.table.by_id.values()):
            if any(applied.tag == tag.id for applied in contact.tags):
                self._change(contact, tags=tuple(a for a in contact.tags if a.tag != tag.id))
        for company in list(self.companies):
            if tag.id in company.tags:
                self.companies.put(replace(company, tags=tuple(t for t in company.tags if t != tag.id)))

    def attach_tag(self, contact_id: str, tag_id: object, version: Version) -> tuple[Tag, AppliedTag]:
        contact = self.contacts.get(contact_id, version)
        tag = self.tag(tag_id)
        for applied in contact.tags:
            if applied.tag == tag.id:
                return tag, applied
        applied = AppliedTag(tag.id, self.stamp, self.admin.id)
        self._change(contact, tags=(*contact.tags, applied))
        return tag, applied

    def detach_tag(self, contact_id: str, tag_id: str, version: Version) -> tuple[Tag, AppliedTag]:
        contact = self.contacts.get(contact_id, version)
        tag = self.tag(tag_id)
        for applied in contact.tags:
            if applied.tag == tag.id:
                self._change(contact, tags=tuple(a for a in contact.tags if a.tag != tag.id))
                return tag, applied
        raise refuse("resource_not_found", kind="tag on this contact", id=tag_id)

    def tag_company(self, company: Company, tag: Tag, *, untag: bool) -> None:
        kept = tuple(id for id in company.tags if id != tag.id)
        self.companies.put(replace(company, tags=kept if untag else (*kept, tag.id)))

    def add_note(self, contact_id: str, body: Mapping[str, Any], version: Version) -> Note:
        """A note by `admin_id`, or by the token's own teammate."""
        contact = self.contacts.get(contact_id, version)
        text = body.get("body")
        if not isinstance(text, str) or not text:
            raise refuse("parameter_missing", field="body")
        author = str(body["admin_id"]) if body.get("admin_id") is not None else self.admin.id
        if author not in self.admins.rows:
            raise refuse("resource_not_found", kind="admin", id=author)
        note = self.notes.put(Note(self.notes.next_id(), contact.id, author, paragraph(text), self.stamp))
        self._change(contact, notes=(*contact.notes, note.id))
        return note

    def attach_subscription(self, contact_id: str, body: Mapping[str, Any], version: Version) -> SubscriptionType:
        """Opt a contact in to, or out of, a subscription type."""
        contact = self.contacts.get(contact_id, version)
        id = str(body.get("id"))
        subscription = self.subscriptions.rows.get(id)
        if subscription is None:
            raise refuse("resource_not_found", kind="subscription type", id=id)
        field = CONSENTS.get(str(body.get("consent_type")))
        if field is None:
            raise refuse("consent_type", value=body.get("consent_type"))
        held: tuple[str, ...] = getattr(contact, field)
        if id not in held:
            self._change(contact, **{field: (*held, id)})
        return subscription

    # ---- time ----

    def settle(self) -> None:
        """Do what the clock has made due: bulk tasks, and the sweep of a development workspace."""
        now = self.now()
        self.jobs.settle(now, self._run_bulk_item)
        if self.profile.development_workspace and now >= self._next_sweep:
            self._next_sweep = self._sweep_after(now)
            self._sweep(int(now))

    def copy(self) -> Workspace:
        """An independent workspace with the same records: tables are copied, records are shared."""
        twin = Workspace.__new__(Workspace)
        twin.__dict__.update(self.__dict__)
        twin._searcher = Searcher(self.profile)
        for name in ("contacts", "attributes", "companies", "jobs", "admins", "tags", "notes", "subscriptions"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def _rules(self) -> Rules:
        return Rules(self.profile, self.attributes, self.admins.rows)

    def _change(self, contact: Contact, **fields: Any) -> Contact:
        return self.contacts.keep(replace(contact, **fields, updated_at=self.stamp))

    def _sweep_after(self, now: float) -> float:
        """Sweeps happen at the multiples of their interval, so that a frozen clock knows when."""
        every = self.profile.development_sweep_s
        return (math.floor(now / every) + 1) * every if every > 0 else now

    def _sweep(self, now: int) -> None:
        order = self.contacts.table.order
        for id in order.oldest(max(0, len(order) - self.profile.development_limit)):
            self.contacts.move("archive", id, now, by="workspace-limit")

    def _run_bulk_item(self, kind: Kind, item: Mapping[str, Any], at: int) -> object:
        preview = version(BULK_VERSION)
        if kind == "create":
            return self.contacts.create(self._rules(), item, preview, at)
        if kind == "delete":
            return self.contacts.move("delete", item["id"], at)
        changes = {key: value for key, value in item.items() if key != "id"}
        return self.contacts.update(self._rules(), item["id"], changes, preview, at)


CONSENTS: Mapping[str, str] = {"opt_in": "opted_in", "opt_out": "opted_out"}
