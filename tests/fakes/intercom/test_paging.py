"""Cursors: opaque to importers, like the vendor's to the eye, and safe against rows that go away."""

from __future__ import annotations

import base64
import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.paging import parse_cursor, parse_per_page
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.workspace import Workspace

from .support import Time, V, refused, workspace

INVALID = "Invalid starting_after param. Please try again using a starting_after value from a paginated response"


def filled(count: int, time: Time | None = None) -> Workspace:
    place = workspace(time)
    for number in range(count):
        place.create_contact({"external_id": str(number)}, V)
    return place


@settings(deadline=None, max_examples=150)
@given(data=st.data(), count=st.integers(0, 40), per_page=st.integers(1, 7))
def test_no_row_is_lost_or_doubled_while_others_come_and_go(data: st.DataObject, count: int, per_page: int) -> None:
    time = Time()
    place = filled(count, time)
    before = set(place.contacts.table.by_id)
    removed: set[str] = set()
    seen: list[str] = []
    cursor = None
    while True:
        page = place.list_contacts(per_page, cursor)
        seen += [contact.id for contact in page.rows]
        if page.next is None:
            break
        cursor = page.next
        alive = sorted(before - removed)
        for id in data.draw(st.lists(st.sampled_from(alive), unique=True, max_size=4)) if alive else ():
            place.move_contact(data.draw(st.sampled_from(["archive", "delete", "block"])), id)
            removed.add(id)
        if data.draw(st.booleans()):
            time.at += 1
            place.create_contact({"role": "lead"}, V)
    assert len(seen) == len(set(seen))
    assert before - removed <= set(seen) <= before


def test_a_page_says_where_it_stands() -> None:
    place = filled(25)
    first = place.list_contacts(None, None)
    assert (len(first.rows), first.number, first.per_page, first.total, first.total_pages) == (10, 1, 10, 25, 3)
    last = place.list_contacts("10", place.list_contacts(10, first.next).next)
    assert (len(last.rows), last.number, last.next) == (5, 3, None)
    value, id, number = json.loads(base64.b64decode(str(first.next)))
    assert (value, id, number) == (first.rows[-1].created_at * 1000, first.rows[-1].id, 2)


def test_an_empty_list_has_no_pages() -> None:
    page = workspace().list_contacts(None, None)
    assert (page.rows, page.total, page.total_pages, page.next) == ([], 0, 0, None)


@pytest.mark.parametrize(
    "text",
    ["None", "5da6f18e3d7cf967e4582d05", "undefined", "WzFd", "e30=", "!!", 17, [], base64.b64encode(b"[1,2,3]")],
)
def test_what_is_no_cursor_is_refused(text: Any) -> None:
    with pytest.raises(VendorError) as error:
        parse_cursor(text)
    assert refused(error) == (400, "client_error", INVALID)


def test_a_cursor_of_a_search_by_name_does_not_fit_a_list() -> None:
    cursor = base64.b64encode(b'["Ann","5da6f18e3d7cf967e4582d05",2]').decode()
    with pytest.raises(VendorError) as error:
        filled(3).list_contacts(1, cursor)
    assert refused(error) == (400, "client_error", INVALID)


@pytest.mark.parametrize("value", [0, -1, "0", "-5", "ten", "", 1.5, True, [], "١"])
def test_page_sizes_below_one_or_not_numbers_are_refused(value: Any) -> None:
    with pytest.raises(VendorError) as error:
        parse_per_page(value, IntercomProfile(), default=10)
    assert refused(error)[:2] == (400, "parameter_invalid")


def test_page_sizes_over_the_maximum_follow_the_switch() -> None:
    assert parse_per_page("151", IntercomProfile(), default=10) == 150
    with pytest.raises(VendorError):
        parse_per_page(151, IntercomProfile(per_page_over_max="refuse"), default=10)
