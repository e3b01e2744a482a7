"""Searches against a filter that reads the vendor's table of operators literally."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.errors import ProfileError
from customhouse_fakes.intercom.search import fields, run
from customhouse_fakes.intercom.search.query import Reader
from customhouse_fakes.intercom.state.contact import Contact
from customhouse_fakes.intercom.state.seeding import seed
from customhouse_fakes.intercom.state.workspace import Workspace

from .support import BEGIN, PREVIEW, V210, Time, V, refused, workspace

DAY = 86_400
NOON = 1_789_992_000
PEOPLE = [
    {"external_id": "1", "email": "ann@x.org", "name": "Ann", "created_at": NOON, "custom_attributes": {"age": 30}},
    {"external_id": "2", "email": "Bob@x.org", "name": "Bob", "created_at": NOON + DAY, "tags": ["vip"]},
    {"external_id": "3", "email": "", "name": None, "created_at": NOON + DAY - 1, "custom_attributes": {"age": 41.5}},
    {"role": "lead", "external_id": "L", "email": "bob@x.org", "name": "Bobby", "created_at": NOON + 2 * DAY},
    {"role": "lead", "external_id": "M", "email": "c@y.org", "name": "ann", "created_at": NOON - DAY, "tags": ["vip"]},
    {"external_id": "9", "email": "gone@x.org", "name": "Ann", "status": "archived"},
    {"external_id": "10", "email": "dead@x.org", "name": "Ann", "status": "deleted"},
    {"external_id": "11", "email": "one@x.org", "name": "Ann", "status": "merged"},
]
DOCUMENT = {"data_attributes": [{"name": "age", "data_type": "float"}], "contacts": PEOPLE}


def peopled(**switches: Any) -> Workspace:
    filled = workspace(**switches)
    seed(filled, DOCUMENT)
    return filled


def find(place: Workspace, query: Any, version: Any = V, **more: Any) -> list[str | None]:
    return [contact.external_id for contact in place.search_contacts({"query": query, **more}, version).rows]


# ---- the naive reading ----

READ: dict[str, Any] = {
    "external_id": lambda c: c.external_id,
    "role": lambda c: c.role,
    "name": lambda c: c.name,
    "email": lambda c: c.email.lower() if c.email else c.email,
    "custom_attributes.age": lambda c: c.custom_attributes.get("age"),
    "created_at": lambda c: c.created_at,
    "unsubscribed_from_emails": lambda c: c.unsubscribed_from_emails,
}
TEXTS = st.sampled_from(["1", "2", "ann", "Ann", "Bob", "bob@x.org", "x.org", "lead", "user", "", "b"])


def none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def matches(contact: Contact, query: dict[str, Any]) -> Any:
    if "field" not in query:
        parts = [matches(contact, part) for part in query["value"]]
        return all(parts) if query["operator"] == "AND" else any(parts)
    name, operator, value = query["field"], query["operator"], query["value"]
    stored = READ[name](contact)
    if name == "email":
        value = [v.lower() for v in value] if isinstance(value, list) else value.lower()
    if name == "created_at":
        midnight = value - value % DAY
        return {"=": midnight <= stored < midnight + DAY, ">": stored >= midnight + DAY, "<": stored < midnight}[
            operator
        ]
    if operator in ("=", "!=", "IN", "NIN"):
        values = value if isinstance(value, list) else [value]
        return (any(none_if_empty(stored) == none_if_empty(v) for v in values)) == (operator in ("=", "IN"))
    if operator in ("~", "!~", "^", "$"):
        text = stored or ""
        return {
            "~": value in text,
            "!~": value not in text,
            "^": text.startswith(value),
            "$": text.endswith(value),
        }[operator]
    if stored is None:
        return False
    return {"<": stored < value, ">": stored > value, "<=": stored <= value, ">=": stored >= value}[operator]


def filters() -> st.SearchStrategy[dict[str, Any]]:
    def one(field: Any, operators: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        single = st.fixed_dictionaries({"field": field, "operator": st.sampled_from(operators), "value": values})
        if "IN" not in fields.operators("string") or "~" not in operators:
            return single
        several = st.fixed_dictionaries(
            {"field": field, "operator": st.sampled_from(["IN", "NIN"]), "value": st.lists(values, max_size=3)}
        )
        return single | several

    return st.one_of(
        one(st.sampled_from(["external_id", "role", "name", "email"]), ["=", "!=", "~", "!~", "^", "$"], TEXTS),
        one(st.just("created_at"), ["=", "<", ">"], st.integers(NOON - 2 * DAY, NOON + 3 * DAY)),
        one(st.just("custom_attributes.age"), ["=", "!=", "<", ">", "<=", ">="], st.sampled_from([30, 41.5, 0, 40])),
        one(st.just("unsubscribed_from_emails"), ["=", "!="], st.booleans()),
    )


def queries() -> st.SearchStrategy[dict[str, Any]]:
    def group(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {"operator": st.sampled_from(["AND", "OR"]), "value": st.lists(parts, min_size=1, max_size=4)}
        )

    return st.one_of(filters(), group(filters()), group(group(filters())))


@settings(deadline=None, max_examples=300)
@given(query=queries(), ascending=st.booleans())
def test_a_search_finds_what_a_scan_finds(query: dict[str, Any], ascending: bool) -> None:
    place = peopled()
    active = [c for c in place.contacts.table.by_id.values() if c.status == "active"]
    expected = sorted(
        (c for c in active if matches(c, query)), key=lambda c: (c.created_at, c.id), reverse=not ascending
    )
    order = {"field": "created_at", "order": "ascending" if ascending else "descending"}
    assert find(place, query, sort=order) == [c.external_id for c in expected]


@settings(deadline=None, max_examples=100)
@given(query=queries(), per_page=st.integers(1, 3), field=st.sampled_from(["created_at", "name", "updated_at", "role"]))
def test_pages_of_a_search_are_the_whole_of_it(query: dict[str, Any], per_page: int, field: str) -> None:
    place = peopled()
    whole = find(place, query, sort={"field": field})
    seen: list[str | None] = []
    cursor = None
    for number in range(1, 10):
        body = {
            "query": query,
            "sort": {"field": field},
            "pagination": {"per_page": per_page, "starting_after": cursor},
        }
        page = place.search_contacts(body, V)
        assert (page.number, page.total) == (number, len(whole))
        seen += [contact.external_id for contact in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole


# ---- plans ----


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({"field": "email", "operator": "=", "value": "BOB@x.org"}, 2),
        ({"field": "external_id", "operator": "IN", "value": ["1", "2"]}, 2),
        ({"operator": "AND", "value": [{"field": "name", "operator": "~", "value": "B"},
                                       {"field": "role", "operator": "=", "value": "lead"}]}, 2),
        ({"operator": "OR", "value": [{"field": "external_id", "operator": "=", "value": "1"},
                                      {"field": "email", "operator": "=", "value": "c@y.org"}]}, 2),
        ({"operator": "OR", "value": [{"field": "external_id", "operator": "=", "value": "1"},
                                      {"field": "name", "operator": "=", "value": "Ann"}]}, 5),
    ],
)  # fmt: skip
def test_an_index_is_used_where_the_query_allows_it(query: Any, most: int) -> None:
    place = peopled()
    assert len(list(run.candidates(Reader(place.profile, place.attributes).read(query), place.contacts.index))) == most


# ---- time ----


def test_days_are_those_of_the_workspace() -> None:
    place = peopled(timezone="America/Los_Angeles")
    local = datetime(2026, 3, 8, tzinfo=ZoneInfo("America/Los_Angeles"))  # 23 hours long
    first, last = int(local.timestamp()), int((local + timedelta(days=1)).timestamp()) - 1
    assert last - first == 23 * 3600 - 1
    seed(
        place, {"contacts": [{"external_id": f"t{at}", "created_at": at} for at in (first - 1, first, last, last + 1)]}
    )
    on_that_day = {"field": "created_at", "operator": "=", "value": str(first + 3600)}
    assert find(place, on_that_day) == [f"t{last}", f"t{first}"]
    after = {"operator": "AND", "value": [{"field": "created_at", "operator": ">", "value": first},
                                          {"field": "external_id", "operator": "^", "value": "t"}]}  # fmt: skip
    assert find(place, after) == [f"t{last + 1}"]


def test_preview_compares_to_the_second() -> None:
    place = peopled()
    exact = {"field": "created_at", "operator": "=", "value": NOON}
    later = {"field": "created_at", "operator": ">", "value": NOON + DAY - 1}
    assert find(place, exact, PREVIEW) == ["1"]
    assert find(place, later, PREVIEW) == ["L", "2"]
    assert find(place, exact) == ["3", "1"] if datetime.fromtimestamp(NOON, UTC).hour == 0 else ["1"]


def test_writes_show_when_the_index_has_caught_up() -> None:
    time = Time()
    place = workspace(time, search_lag_s=30.0)
    query = {"field": "external_id", "operator": "=", "value": "1"}
    contact = place.create_contact({"external_id": "1", "name": "early"}, V)
    assert find(place, query) == []
    time.at += 29.9
    place.update_contact(contact.id, {"name": "late"}, V)
    assert find(place, query) == []
    time.at += 0.2
    assert place.search_contacts({"query": query}, V).rows[0].name == "early"
    time.at += 30
    assert place.search_contacts({"query": query}, V).rows[0].name == "late"
    place.move_contact("delete", contact.id)
    assert find(place, query) == ["1"]
    time.at += 30
    assert find(place, query) == []
    assert place.contacts.index.documents == {}


def test_a_zone_that_is_not_known_is_told_at_once() -> None:
    with pytest.raises(ProfileError, match="Atlantis"):
        workspace(timezone="Europe/Atlantis")


# ---- refusals ----

EQUALS = {"field": "name", "operator": "=", "value": "x"}
REFUSALS: list[tuple[Any, Any, tuple[int, str]]] = [
    (None, V, (400, "parameter_invalid")),
    ([], V, (400, "parameter_invalid")),
    ({"operator": "AND", "value": []}, V, (400, "parameter_invalid")),
    ({"operator": "AND", "value": [EQUALS] * 16}, V, (400, "parameter_invalid")),
    ({"operator": "XOR", "value": [EQUALS]}, V, (400, "parameter_invalid")),
    ({"field": "name", "operator": "AND", "value": [EQUALS]}, V, (500, "server_error")),
    ({"field": "shoe_size", "operator": "=", "value": 1}, V, (400, "invalid_field")),
    ({"field": "custom_attributes.shoe", "operator": "=", "value": 1}, V, (400, "invalid_field")),
    ({"field": ["name"], "operator": "=", "value": 1}, V, (400, "invalid_field")),
    ({"field": "name", "operator": ">", "value": "x"}, V, (400, "parameter_invalid")),
    ({"field": "created_at", "operator": "!=", "value": 1}, V, (400, "parameter_invalid")),
    ({"field": "created_at", "operator": ">=", "value": 1}, V, (400, "parameter_invalid")),
    ({"field": "created_at", "operator": "=", "value": "2020-01-01"}, V, (400, "parameter_invalid")),
    ({"field": "tag_id", "operator": "IN", "value": ["1"]}, V, (400, "parameter_invalid")),
    ({"field": "name", "operator": "IN", "value": "x"}, V, (400, "parameter_invalid")),
    ({"field": "has_hard_bounced", "operator": "=", "value": "true"}, V, (400, "parameter_invalid")),
]


@pytest.mark.parametrize(("query", "version", "expected"), REFUSALS)
def test_what_the_vendor_would_not_run_is_refused(query: Any, version: Any, expected: tuple[int, str]) -> None:
    with pytest.raises(VendorError) as error:
        find(peopled(), query, version)
    assert refused(error)[:2] == expected


def test_two_levels_are_allowed_and_three_are_not() -> None:
    two = {"operator": "AND", "value": [{"operator": "OR", "value": [EQUALS] * 15}] * 15}
    assert find(peopled(), two) == []
    with pytest.raises(VendorError) as error:
        find(peopled(), {"operator": "OR", "value": [two]})
    assert error.value.rule == "search.too_deep"


def test_sort_orders_are_checked_from_2_16() -> None:
    everybody = {"field": "created_at", "operator": ">", "value": 0}
    with pytest.raises(VendorError) as error:
        find(peopled(), everybody, sort={"order": "desc"})
    message = "Invalid sort order 'desc'. Must be one of: ascending, descending"
    assert refused(error) == (400, "invalid_sort_order", message)
    assert find(peopled(), everybody, V210, sort={"order": "asc"}) == ["L", "2", "3", "1", "M"]


def test_tags_and_leads_without_a_search_lag() -> None:
    place = peopled()
    vip = next(iter(place.tags.rows))
    assert find(place, {"field": "tag_id", "operator": "=", "value": int(vip)}) == ["2", "M"]
    assert find(place, {"field": "email_domain", "operator": "=", "value": "y.org"}) == ["M"]
    assert place.now() == BEGIN
