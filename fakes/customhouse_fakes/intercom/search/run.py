"""Running a search: plan, filter, sort, page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.paging import Cursor, Page, SortValue, parse_cursor, parse_per_page
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.attributes import Attributes
from customhouse_fakes.intercom.state.contact import Contact
from customhouse_fakes.intercom.versions import Version

from .days import Days, workspace_zone
from .fields import Field, field
from .index import SearchIndex
from .query import Filter, Node, Reader, predicate

ORDERS = ("ascending", "descending")
DEFAULT_SORT = "created_at"
KEPT_RESULTS = 4
SortKey = tuple[bool, Any, str]


@dataclass(frozen=True, slots=True)
class Search:
    """A checked request."""

    query: Node
    sort: Field
    descending: bool
    per_page: int
    cursor: Cursor | None


class Searcher:
    """Searches of one workspace. The last few results are kept while nothing is written, so that paging through
    a result costs one scan."""

    def __init__(self, profile: IntercomProfile) -> None:
        self._profile = profile
        self._zone = workspace_zone(profile.timezone)
        self._results: dict[tuple[bytes, int, str], list[tuple[SortKey, Contact]]] = {}

    def search(
        self, index: SearchIndex, attributes: Attributes, body: Mapping[str, Any], version: Version
    ) -> Page[Contact]:
        """The page of matches that a request body asks for."""
        search = self._parse(attributes, body, version)
        key = (orjson.dumps([body.get("query"), search.sort.name, search.descending]), index.version, version.name)
        matches = self._results.get(key)
        if matches is None:
            matches = self._run(index, search, version)
            self._keep(key, matches)
        return _page(matches, search)

    def _parse(self, attributes: Attributes, body: Mapping[str, Any], version: Version) -> Search:
        pagination = _object(body, "pagination")
        sort = _object(body, "sort")
        order = sort.get("order")
        if order is not None and order not in ORDERS and version.has("sort_order_checked"):
            raise refuse("invalid_sort_order", order=order)
        return Search(
            query=Reader(self._profile, attributes).read(body.get("query")),
            sort=field(sort.get("field") or DEFAULT_SORT, attributes, self._profile),
            descending=order != "ascending",
            per_page=parse_per_page(pagination.get("per_page"), self._profile, default=self._profile.search_per_page),
            cursor=parse_cursor(pagination.get("starting_after")),
        )

    def _run(self, index: SearchIndex, search: Search, version: Version) -> list[tuple[SortKey, Contact]]:
        days = Days(self._zone, version.has("exact_second_search"))
        matches = predicate(search.query, days, index.fold)
        key = _sort_key(search.sort)
        found = [(key(contact), contact) for contact in candidates(search.query, index) if matches(contact)]
        found.sort(key=lambda pair: pair[0], reverse=search.descending)
        return found

    def _keep(self, key: tuple[bytes, int, str], matches: list[tuple[SortKey, Contact]]) -> None:
        if len(self._results) >= KEPT_RESULTS:
            del self._results[next(iter(self._results))]
        self._results[key] = matches


# ---- planning ----


def candidates(query: Node, index: SearchIndex) -> Iterable[Contact]:
    """The contacts that can match: by an index where the query allows it, else all."""
    ids = planned(query, index)
    return index.documents.values() if ids is None else [index.documents[id] for id in ids]


def planned(node: Node, index: SearchIndex) -> Collection[str] | None:
    """Ids that hold every match of a node, or None if only a scan can tell.

    AND takes its smallest planned part, OR needs all of its parts planned.
    """
    if isinstance(node, Filter):
        return _looked_up(node, index)
    plans = [planned(part, index) for part in node.parts]
    if node.operator == "AND":
        return min((plan for plan in plans if plan is not None), key=len, default=None)
    return None if None in plans else {id for plan in plans if plan is not None for id in plan}


def _looked_up(node: Filter, index: SearchIndex) -> Collection[str] | None:
    if node.operator not in ("=", "IN"):
        return None
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    if any(not isinstance(value, str) or not value for value in values):
        return None
    plans = [index.lookup(node.field.name, value) for value in values]
    if len(plans) == 1:
        return plans[0]
    return None if None in plans else {id for plan in plans if plan is not None for id in plan}


# ---- sorting and paging ----


def _sort_key(field: Field) -> Callable[[Contact], SortKey]:
    def key(contact: Contact) -> SortKey:
        value = sortable(field.read(contact))
        return (value is not None, value, contact.id)

    return key


def sortable(value: Any) -> Any:
    """Lists (tags) sort by their text; the rest by itself."""
    return ",".join(value) if isinstance(value, list) else value


def _page(matches: list[tuple[SortKey, Contact]], search: Search) -> Page[Contact]:
    begin = _begin(matches, search)
    rows = matches[begin : begin + search.per_page]
    number = search.cursor.page if search.cursor else 1
    following = None
    if begin + search.per_page < len(matches):
        (_, value, id), _ = rows[-1]
        following = Cursor(_outward(search.sort, value), id, number + 1).text()
    return Page([contact for _, contact in rows], len(matches), number, search.per_page, following)


def _begin(matches: list[tuple[SortKey, Contact]], search: Search) -> int:
    """Where the page begins: at the first match behind the cursor's key, found by halving."""
    if search.cursor is None:
        return 0
    value = _inward(search.sort, search.cursor.value)
    last: SortKey = (value is not None, value, search.cursor.id)
    low, high = 0, len(matches)
    try:
        while low < high:
            middle = (low + high) // 2
            key = matches[middle][0]
            behind = key < last if search.descending else key > last
            low, high = (low, middle) if behind else (middle + 1, high)
    except TypeError as problem:  # a cursor of a search with another sort
        raise refuse("invalid_cursor") from problem
    return low


def _outward(field: Field, value: Any) -> SortValue:
    """A cursor shows times in milliseconds."""
    return value * 1000 if field.type == "date" and value is not None else value  # type: ignore[no-any-return]  # a sort value


def _inward(field: Field, value: SortValue) -> SortValue:
    return value // 1000 if field.type == "date" and isinstance(value, int) else value


def _object(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refuse("search_query_shape", problem=f"{key} is an object")
    return value
