"""The workspace: everything that one sandbox of the fake Intercom holds, and the calls that touch several tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.paging import Page, numbered_page, parse_cursor, parse_page, parse_per_page
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.search.run import Searcher
from customhouse_fakes.intercom.versions import Version, version

from .attributes import Attributes, DataAttribute
from .bulk import Jobs, Kind
from .companies import Companies, Company
from .contact import Contact
from .contacts import Contacts, Move
from .labels import (
    Admin,
    Note,
    Numbered,
    SubscriptionType,
    Tag,
    default_admin,
    default_subscriptions,
)
from .reading import Rules

MAX_COMPANIES = 1000
COMPANIES_PER_PAGE = 15
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
        size = parse_per_page(per_page, self.profile, default=self.profile.list_per_page)
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

    def list_companies(
        self,
        page: object,
        per_page: object,
        starting_after: object,
        *,
        order: Literal["asc", "desc"] = "desc",
        tag_id: str | None = None,
    ) -> Page[Company]:
        """A page, by number or cursor, of the companies that have a contact; others are not listed (OAS)."""
        rows = self.companies.listed(self.contacts.table.populated_companies(), order=order)
        if tag_id is not None:
            rows = [company for company in rows if tag_id in company.tags]
        size = parse_per_page(per_page, self.profile, default=COMPANIES_PER_PAGE)
        cursor = parse_cursor(starting_after)
        number = cursor.page if cursor else parse_page(page)
        return numbered_page(rows, number, size, key=lambda company: (company.created_at * 1000, company.id))

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
            self.change(contact, companies=(*contact.companies, company.id))
        return company

    def detach_company(self, contact_id: str, company_id: str, version: Version) -> Company:
        contact = self.contacts.get(contact_id, version)
        company = self.companies.get(company_id)
        if company.id not in contact.companies:
            raise refuse("company_not_found")
        self.change(contact, companies=tuple(id for id in contact.companies if id != company.id))
        return company

    # ---- data attributes ----

    def create_attribute(self, body: Mapping[str, Any]) -> DataAttribute:
        return self.attributes.create(body, now=self.stamp, admin_id=self.admin.id)

    def update_attribute(self, id: int, body: Mapping[str, Any]) -> DataAttribute:
        return self.attributes.update(id, body, now=self.stamp)

    # ---- tags ----

    def tag(self, id: object) -> Tag:
        tag = self.tags.rows.get(str(id))
        if tag is None:
            raise refuse("resource_not_found", kind="tag", id=id)
        return tag

    def tag_named(self, name: str) -> Tag:
        """The tag of that name, made if it does not exist."""
        for tag in self.tags.rows.values():
            if tag.name == name:
                return tag
        return self.tags.put(Tag(self.tags.next_id(), name))

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

    def change(self, contact: Contact, **fields: Any) -> Contact:
        """Store a contact with other values, as of now."""
        return self.contacts.keep(replace(contact, **fields, updated_at=self.stamp))

    def _rules(self) -> Rules:
        return Rules(self.profile, self.attributes, self.admins.rows)

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
