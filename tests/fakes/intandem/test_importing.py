"""Records in, verdicts out: the account without any I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.intandem.profile import IntandemProfile
from customhouse_fakes.intandem.state.account import Account
from customhouse_fakes.intandem.state.apps import App
from customhouse_fakes.intandem.state.client import Client
from customhouse_fakes.intandem.state.identity import Actor, Identity
from customhouse_fakes.intandem.state.importing import Bulk
from customhouse_fakes.intandem.state.session import Session

MAPPING = {"first_name": "First name", "last_name": "Last name", "email": "Email", "phone": "Phone"}


class Desk:
    """An account with one business and one installed app, on a clock that stands."""

    def __init__(self, *, mapping: dict[str, Any] | None = None, params: dict[str, Any] | None = None, **switches: Any):
        self.time = 1_790_000_000.0
        self.account = Account(IntandemProfile(**switches), SeededRandom(7), lambda: self.time)
        self.business = self.account.add_business()
        self.account.apps.put(App("id", "tiny", "Tiny app", ("import_clients",), None, None, (), "c", "s"))
        self.account.apps.install("tiny", self.business.uid, self.account.ids, self.time)
        self.actor = Actor(Identity("staff", self.business.uid, self.business.staff_uid), self.business.uid)
        self.mapping = MAPPING if mapping is None else mapping
        self.params = params or {}

    def begin(self, **params: Any) -> Session:
        body = {"fields_mapping": self.mapping, "import_params": {**self.params, **params}}
        return self.account.begin_import(self.actor, "tiny", body)

    def take(self, *records: Any, session: Session | None = None) -> Bulk:
        return self.account.importer(session or self.begin()).take(records, now=self.time, last=True)

    @property
    def clients(self) -> list[Client]:
        return list(self.account.clients.of(self.business.uid))

    def matters(self, client: Client) -> list[str]:
        return [matter.name for matter in self.account.clients.matters(client)]


def counts(bulk: Bulk) -> tuple[int, int, int, int]:
    return tuple(bulk.counts[verdict] for verdict in ("created", "updated", "skipped", "failed"))  # type: ignore[return-value]  # there are four


def test_a_client_gets_what_was_mapped_and_what_the_contract_adds() -> None:
    desk = Desk()
    desk.take({"first_name": "Rufus", "last_name": "Zboncak", "email": "R@x.org", "external_id": 4, "iban": "secret"})
    (client,) = desk.clients
    assert (client.first_name, client.last_name, client.email, client.external_id) == ("Rufus", "Zboncak", "R@x.org", 4)
    assert client.tags == ("imported_2026-09-21_14:13",)
    assert client.source.name == "Tiny app"
    assert client.custom == {}
    assert desk.matters(client) == ["Rufus Zboncak"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "first_name is mandatory"),
        ({"first_name": None, "email": "a@x"}, "first_name is mandatory"),
        ({"first_name": " \t"}, "first_name is mandatory"),
        ({"last_name": "only"}, "first_name is mandatory"),
        ({"first_name": ["A"]}, "first_name must be text, got a list"),
        ({"first_name": "A", "email": {"at": "x"}}, "email must be text, got an object"),
        ({"first_name": "A", "phone": True}, "phone must be text, got true or false"),
        ("Ann", "the record is no object but text"),
        (None, "the record is no object but null"),
    ],
)
def test_a_record_that_cannot_be_imported_fails_alone(record: Any, reason: str) -> None:
    desk = Desk()
    session = desk.begin()
    bulk = desk.take({"first_name": "Before"}, record, {"first_name": "After"}, session=session)
    assert counts(bulk) == (2, 0, 0, 1)
    (failure,) = session.failures
    assert (failure.page, failure.index, failure.reason) == (1, 1, reason)


def test_numbers_are_texts_and_blanks_are_absent() -> None:
    desk = Desk()
    desk.take({"first_name": 7, "last_name": "", "email": None, "phone": 3005550100})
    (client,) = desk.clients
    assert (client.first_name, client.last_name, client.email, client.phone) == ("7", None, None, "3005550100")


@pytest.mark.parametrize(
    ("params", "expected", "last_name"),
    [({}, (0, 0, 1, 0), "Old"), ({"should_override": True}, (0, 1, 0, 0), "New")],
)
def test_an_existing_email_is_skipped_or_overridden(
    params: dict[str, Any], expected: tuple[int, ...], last_name: str
) -> None:
    desk = Desk(params=params)
    desk.account.create_client(desk.business.uid, {"first_name": "A", "last_name": "Old", "email": "a@x.org"})
    bulk = desk.take({"first_name": "A", "last_name": "New", "email": " A@X.org", "external_id": "e1"})
    assert counts(bulk) == expected
    (client,) = desk.clients
    assert client.last_name == last_name
    assert bulk.external_ids["updated" if params else "skipped"] == ["e1"]


def test_case_matters_when_the_profile_says_so() -> None:
    desk = Desk(email_ignores_case=False)
    assert counts(desk.take({"first_name": "A", "email": "a@x"}, {"first_name": "B", "email": "A@x"})) == (2, 0, 0, 0)


def test_blank_emails_are_nobodys() -> None:
    desk = Desk()
    assert counts(desk.take({"first_name": "A", "email": ""}, {"first_name": "B", "email": None})) == (2, 0, 0, 0)


@pytest.mark.parametrize(("switch", "phone"), [("keep", "1"), ("erase", None)])
def test_blanks_under_override(switch: str, phone: str | None) -> None:
    desk = Desk(override_blank=switch, params={"should_override": True})
    desk.take({"first_name": "A", "email": "a@x", "phone": "1", "last_name": "L"})
    desk.take({"first_name": "A", "email": "a@x", "phone": ""})
    (client,) = desk.clients
    assert (client.phone, client.last_name) == (phone, "L")


def test_a_second_row_with_the_same_email_meets_the_first() -> None:
    assert counts(Desk().take({"first_name": "A", "email": "a@x"}, {"first_name": "B", "email": "a@x"})) == (1, 0, 1, 0)
    desk = Desk(params={"should_override": True})
    assert counts(desk.take({"first_name": "A", "email": "a@x"}, {"first_name": "B", "email": "a@x"})) == (1, 1, 0, 0)
    assert [client.first_name for client in desk.clients] == ["B"]


@pytest.mark.parametrize(
    ("key", "label"), [("loyalty", "Loyalty number"), ("loyalty", "loyalty NUMBER "), ("Loyalty number", "whatever")]
)
def test_a_custom_field_is_found_on_either_side_of_the_mapping(key: str, label: str) -> None:
    desk = Desk(mapping={"first_name": "First name", key: label})
    desk.business.fields.create(
        {"label": "Loyalty number", "type": "singleline", "object_type": "contact"}, desk.account.ids, 0
    )
    desk.take({"first_name": "A", key: 12})
    assert desk.clients[0].custom == {"Loyalty number": "12"}


def test_a_custom_field_is_found_by_its_id() -> None:
    desk = Desk()
    made = desk.business.fields.create(
        {"label": "X", "type": "singleline", "object_type": "contact"}, desk.account.ids, 0
    )
    desk.mapping = {made.id: "no such label"}
    desk.take({"first_name": "A", made.id: "v"})
    assert desk.clients[0].custom == {"X": "v"}


def test_a_mapping_to_nothing_is_ignored_and_listed() -> None:
    desk = Desk(mapping={"first_name": "Vorname", "shoe_size": "Shoe size", "external_id": "Nr", "odd": 5})
    session = desk.begin()
    assert counts(desk.take({"first_name": "A", "shoe_size": 44}, session=session)) == (1, 0, 0, 0)
    assert session.order.mapping.ignored == ("shoe_size", "odd")


def test_a_field_that_is_too_new_cannot_be_mapped() -> None:
    desk = Desk(mapping={"x": "X"}, field_lag_s=60.0)
    row = {"label": "X", "type": "singleline", "object_type": "contact"}
    desk.business.fields.create(row, desk.account.ids, desk.time)
    assert desk.begin().order.mapping.ignored == ("x",)
    desk.time += 60
    assert desk.begin().order.mapping.ignored == ()


@pytest.mark.parametrize(("overflow", "failed", "left_out"), [("stop", 0, 2), ("fail_rest", 2, 0)])
def test_the_cap(overflow: str, failed: int, left_out: int) -> None:
    desk = Desk(cap=3, overflow=overflow)
    session = desk.begin()
    bulk = desk.take(*({"first_name": f"N{i}", "external_id": i} for i in range(5)), session=session)
    assert counts(bulk) == (3, 0, 0, failed)
    assert (session.received, session.left_out, len(session.failures)) == (3, left_out, failed)


MULTI_ROWS = [
    {"first_name": "A", "email": "a@x", "matter_name": "Case 1"},
    {"first_name": "A", "email": "a@x", "matter_name": "Case 2"},
]
NESTED = [{"first_name": "A", "email": "a@x", "matters": [{"name": "Case 1"}, {"display_name": "Case 2"}]}]


@pytest.mark.parametrize(
    ("layout", "records", "matters"),
    [
        ("off", MULTI_ROWS, ["A"]),
        ("rows", MULTI_ROWS, ["Case 1", "Case 2"]),
        ("nested", NESTED, ["A", "Case 1", "Case 2"]),
    ],
)
def test_multi_layouts(layout: str, records: Sequence[Any], matters: list[str]) -> None:
    desk = Desk(multi_layout=layout, params={"upload_type": "multi"})
    desk.take(*records)
    (client,) = desk.clients
    assert desk.matters(client) == matters


def test_layouts_are_for_multi_only() -> None:
    desk = Desk(multi_layout="nested", params={"upload_type": "single"})
    desk.take(*NESTED)
    assert desk.matters(desk.clients[0]) == ["A"]


def test_matters_that_are_no_list_fail_the_record() -> None:
    desk = Desk(multi_layout="nested", params={"upload_type": "multi"})
    assert counts(desk.take({"first_name": "A", "matters": "x"})) == (0, 0, 0, 1)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
)
RECORDS = st.lists(
    ANYTHING
    | st.fixed_dictionaries({}, optional=dict.fromkeys((*MAPPING, "external_id", "matters", "matter_name"), ANYTHING)),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(RECORDS, st.sampled_from(["off", "rows", "nested"]), st.booleans())
def test_whatever_comes_every_record_has_one_verdict(records: list[Any], layout: str, override: bool) -> None:
    desk = Desk(multi_layout=layout, params={"upload_type": "multi", "should_override": override})
    session = desk.begin()
    bulk = desk.take(*records, session=session)
    assert sum(counts(bulk)) == len(records) == session.received
    assert len(session.failures) == bulk.counts["failed"]
    assert len(desk.clients) == bulk.counts["created"]


def test_a_copy_is_independent_and_its_running_sessions_are_cancelled() -> None:
    desk = Desk()
    session = desk.begin()
    desk.take({"first_name": "A", "email": "a@x"}, session=session)
    twin = desk.account.copy()
    twin.delete_client(desk.business.uid, desk.clients[0].id)
    assert [client.email for client in desk.clients] == ["a@x"]
    assert list(twin.clients.of(desk.business.uid)) == []
    assert (session.state, twin.sessions[session.id].state) == ("queued", "cancelled")
