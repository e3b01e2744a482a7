"""Companies and the scroll over them (contract section 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intercom.errors import refuse

from .attributes import Attributes
from .contact import nothing
from .ids import ObjectIds

# Documented for monthly_spend; size is held to it too, so that every size can be written as JSON.
MAX_WHOLE = 2**31 - 1
LISTED = 10_000
SCROLL_PAGE = 100
SCROLL_IDLE_S = 60


@dataclass(frozen=True, slots=True)
class Company:
    """One version of a company. `id` is Intercom's, `company_id` the customer's and never changes."""

    id: str
    company_id: str
    created_at: int
    updated_at: int
    name: str | None = None
    plan: str | None = None
    size: int | None = None
    website: str | None = None
    industry: str | None = None
    monthly_spend: int = 0
    remote_created_at: int | None = None
    last_request_at: int | None = None
    custom_attributes: Mapping[str, Any] = field(default_factory=nothing)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scroll:
    """An open scroll: what is left of it, and when it was last used."""

    param: str
    left: tuple[str, ...]
    used_at: float


class Companies:
    """The companies of a workspace, by Intercom's id and by company_id."""

    def __init__(self, random: SeededRandom) -> None:
        self.by_id: dict[str, Company] = {}
        self._by_company_id: dict[str, str] = {}
        self._scrolls: dict[str, Scroll] = {}
        self._random = random
        self._ids = ObjectIds(random)

    def upsert(self, attributes: Attributes, body: Mapping[str, Any], now: int) -> Company:
        """Update the company with the body's company_id, or create one (no company_id always creates)."""
        fields = read_company(attributes, body)
        company_id = fields.pop("company_id", None)
        old = self.with_company_id(company_id)
        if body.get("update_last_request_at"):
            fields["last_request_at"] = now
        if old is None:
            id = self._ids.next(now)
            return self.put(Company(id=id, company_id=company_id or id, created_at=now, updated_at=now, **fields))
        if "custom_attributes" in fields:
            fields["custom_attributes"] = {**old.custom_attributes, **fields["custom_attributes"]}
        return self.put(replace(old, **fields, updated_at=now))

    def put(self, company: Company) -> Company:
        self.by_id[company.id] = company
        self._by_company_id[company.company_id] = company.id
        return company

    def get(self, id: str) -> Company:
        company = self.by_id.get(id)
        if company is None:
            raise refuse("company_not_found")
        return company

    def with_company_id(self, company_id: str | None) -> Company | None:
        id = self._by_company_id.get(company_id) if company_id else None
        return None if id is None else self.by_id[id]

    def with_name(self, name: str) -> list[Company]:
        return [company for company in self if company.name == name]

    def __iter__(self) -> Iterator[Company]:
        return iter(self.by_id.values())

    def listed(self, populated: Collection[str], *, order: Literal["asc", "desc"] = "desc") -> list[Company]:
        """Companies that have a contact, by last request (creation where there was none), at most 10,000."""
        companies = [company for company in self if company.id in populated]
        companies.sort(key=lambda c: (c.last_request_at or c.created_at, c.id), reverse=order == "desc")
        return companies[:LISTED]

    def scroll(self, app: str, param: str | None, populated: Collection[str], now: float) -> tuple[str, list[Company]]:
        """The next page of a scroll, and its parameter. One per app; it dies when idle for a minute, or at its end."""
        scroll = self._scrolls.get(app)
        if scroll is not None and now - scroll.used_at >= SCROLL_IDLE_S:
            scroll = None
        if param is None:
            if scroll is not None:
                raise refuse("scroll_exists")
            scroll = Scroll(self._random.uuid(), tuple(company.id for company in self if company.id in populated), now)
        elif scroll is None or scroll.param != param:
            raise refuse("scroll_not_found")
        page, left = scroll.left[:SCROLL_PAGE], scroll.left[SCROLL_PAGE:]
        if page:
            self._scrolls[app] = replace(scroll, left=left, used_at=now)
        else:
            self._scrolls.pop(app, None)
        return scroll.param, [self.by_id[id] for id in page]

    def new_id(self, now: int) -> str:
        return self._ids.next(now)

    def copy(self) -> Companies:
        twin = Companies.__new__(Companies)
        twin.__dict__.update(self.__dict__)
        twin.by_id = self.by_id.copy()
        twin._by_company_id = self._by_company_id.copy()
        twin._scrolls = self._scrolls.copy()
        return twin


def read_company(attributes: Attributes, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a request body sets. Unknown keys and wrong types are refused as "bad 'x' parameter"."""
    for key, value in body.items():
        if key not in COMPANY_TYPES or (value is not None and type(value) not in COMPANY_TYPES[key]):
            raise refuse("company_bad_parameter", field=key)
    fields = {key: value for key, value in body.items() if value is not None and key != "update_last_request_at"}
    for key in ("size", "monthly_spend"):
        if key in fields:
            fields[key] = int(fields[key])
            if abs(fields[key]) > MAX_WHOLE:
                raise refuse("company_bad_parameter", field=key)
    if "company_id" in fields:
        fields["company_id"] = str(fields["company_id"])
    if "custom_attributes" in fields:
        fields["custom_attributes"] = attributes.check_values("company", fields["custom_attributes"])
    return fields


_TEXT: frozenset[type] = frozenset({str})
_NUMBER: frozenset[type] = frozenset({int, float})
COMPANY_TYPES: Mapping[str, frozenset[type]] = {
    "company_id": frozenset({str, int}),
    "name": _TEXT,
    "plan": _TEXT,
    "website": _TEXT,
    "industry": _TEXT,
    "size": _NUMBER,
    "monthly_spend": _NUMBER,
    "remote_created_at": frozenset({int}),
    "update_last_request_at": frozenset({bool}),
    "custom_attributes": frozenset({dict}),
}
