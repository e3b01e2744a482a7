"""What is sent: nothing is erased that the source does not erase, by either reading of PUT."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference_importer.running import Importer

from .peer import IMPORT, Peer, path_is

BATCHES = pytest.mark.parametrize("batch", ["1", "2", "1000"])


def names_of(record: dict[str, Any]) -> tuple[str, ...]:
    return (*sorted(record), *sorted(item["propertyId"] for item in record["properties"]))


@BATCHES
@pytest.mark.parametrize("person_scope", [False, True])
def test_what_the_source_does_not_hold_stays(importer: Importer, peer: Peer, batch: str, person_scope: bool) -> None:
    peer.person_scope = person_scope
    color, size = peer.add_property("Color"), peer.add_property("Size")
    for number in range(7):
        stored = {color: "Blue", size: "L"} if number % 2 else {size: "S"}
        peer.add(f"p{number}@x.io", stored, firstName="Ann", lastName=f"Lee {number}")
    rows: list[dict[str, Any]] = [{"email": f"p{number}@x.io"} for number in range(7)]
    rows[1] |= {"properties": {"Color": "Red"}, "first_name": "Bea"}
    rows[2] |= {"properties": {"Color": "Teal"}}
    rows[3] |= {"properties": {"Color": None}}
    assert importer.rows(*rows, more=("--batch-size", batch)).code == 0
    held = [peer.by_email(f"p{number}@x.io") for number in range(7)]
    assert [one["properties"] for one in held] == [
        {"Size": "S"}, {"Color": "Red", "Size": "L"}, {"Color": "Teal", "Size": "S"}, {"Size": "L"},
        {"Size": "S"}, {"Color": "Blue", "Size": "L"}, {"Size": "S"},
    ]  # fmt: skip
    assert [one["firstName"] for one in held] == ["Ann", "Bea", "Ann", "Ann", "Ann", "Ann", "Ann"]
    assert [one["lastName"] for one in held] == [f"Lee {number}" for number in range(7)]


def test_the_records_of_a_request_name_the_same(importer: Importer, peer: Peer) -> None:
    rows: list[dict[str, Any]] = [
        {"email": "a@x.io", "properties": {"Color": "Red"}},
        {"email": "b@x.io", "properties": {"Size": "L"}},
        {"email": "c@x.io", "phone": "+1 415 777-7777"},
    ]
    assert importer.rows(*rows).code == 0
    for people in peer.sent():
        assert len({names_of(record) for record in people}) == 1
    assert sum(map(len, peer.sent())) == 3


def test_what_cannot_be_read_is_named_for_nobody_without_a_value(importer: Importer, peer: Peer) -> None:
    secret = peer.add_property("Secret")
    peer.hidden.add(secret)
    for name in "ab":
        peer.add(f"{name}@x.io", {secret: f"of {name}"})
    rows: list[dict[str, Any]] = [{"email": "a@x.io"}, {"email": "b@x.io", "properties": {"Secret": "new"}}]
    assert importer.rows(*rows).code == 0
    assert peer.by_email("a@x.io")["properties"] == {"Secret": "of a"}
    assert peer.by_email("b@x.io")["properties"] == {"Secret": "new"}


def test_somebody_who_was_not_found_may_be_there_by_another_address(importer: Importer, peer: Peer) -> None:
    peer.add_property("Color")
    peer.add("there@x.io")
    rows: list[dict[str, Any]] = [{"email": "new1@x.io", "properties": {"Color": "Red"}}, {"email": "new2@x.io"}]
    assert importer.rows(*rows).code == 0
    assert [[item["value"] for item in record["properties"]] for people in peer.sent() for record in people] == [
        ["Red"], [],
    ]  # fmt: skip


def test_blank_null_and_absent_are_three_things(importer: Importer, peer: Peer) -> None:
    note, visits = peer.add_property("Note"), peer.add_property("Visits", "NUMBER")
    for name in ("blank", "null", "absent"):
        peer.add(f"{name}@x.io", {note: "old", visits: 3}, firstName="Ann")
    rows: list[dict[str, Any]] = [
        {"email": "blank@x.io", "first_name": "", "properties": {"Note": "", "Visits": ""}},
        {"email": "null@x.io", "first_name": None, "last_contact_date": None, "properties": {"Note": None}},
        {"email": "absent@x.io"},
    ]
    assert importer.rows(*rows).code == 0
    sent = {record["email"]: record for people in peer.sent() for record in people}
    values = {email: {i["propertyId"]: i["value"] for i in one["properties"]} for email, one in sent.items()}
    assert values["blank@x.io"] == {note: "", visits: None}
    assert values["null@x.io"] == {note: None, visits: 3}
    assert values["absent@x.io"] == {note: "old", visits: 3}
    assert {one["firstName"] for one in sent.values()} == {"Ann"}
    assert all("lastContactDate" not in one for one in sent.values())


@pytest.mark.parametrize(("more", "expected"), [((), True), (("--opt-in",), False)])
def test_who_opted_out_stays_out_unless_told(
    importer: Importer, peer: Peer, more: tuple[str, ...], expected: bool
) -> None:
    peer.add("out@x.io", isOptedOut=True)
    rows: list[dict[str, Any]] = [{"email": "out@x.io", "opted_out": False}, {"email": "new@x.io", "opted_out": True}]
    assert importer.rows(*rows, more=more).code == 0
    assert peer.by_email("out@x.io")["isOptedOut"] is expected
    assert peer.by_email("new@x.io")["isOptedOut"] is True


@pytest.mark.parametrize(
    ("given_day", "sent_day"),
    [("2025-01-01", "2025-01-01"), ("2025-01-01T00:00:00+13:00", "2025-01-01"), ("1/31/2025", "2025-01-31"),
     ("2025-01-01T23:59:59-08:00", "2025-01-01"), ("2025-01-01 00:00", "2025-01-01")],
)  # fmt: skip
def test_a_day_stays_the_day_that_is_written(importer: Importer, peer: Peer, given_day: str, sent_day: str) -> None:
    joined = peer.add_property("Joined", "DATETIME")
    row = {"email": "a@x.io", "last_contact_date": given_day, "properties": {"Joined": given_day}}
    assert importer.rows(row).code == 0
    record = peer.sent()[0][0]
    assert record["lastContactDate"] == sent_day
    assert record["properties"] == [{"propertyId": joined, "value": sent_day}]


def test_the_last_row_of_a_person_counts_wherever_it_is(importer: Importer, peer: Peer) -> None:
    rows: list[dict[str, Any]] = [{"email": f"p{n}@x.io", "first_name": "old"} for n in range(5)]
    ran = importer.rows(*rows, {"email": " P1@X.io", "first_name": "new"}, more=("--batch-size", "2"))
    assert (ran.code, ran.report["counts"]["duplicates"]) == (0, 1)
    sent = [record for people in peer.sent() for record in people]
    assert len(sent) == 5
    assert [one["firstName"] for one in sent if one["email"].strip().lower() == "p1@x.io"] == ["new"]


def test_the_stored_spelling_of_an_address_is_sent(importer: Importer, peer: Peer) -> None:
    peer.add("Ann@X.io")
    assert importer.rows({"email": "ann@x.io", "first_name": "Ann"}).code == 0
    assert [person["email"] for person in peer.people.values()] == ["Ann@X.io"]


def test_phones_are_one_however_they_are_written(importer: Importer, peer: Peer) -> None:
    phones = ("+1 415 777-7777", "(415) 777-7777", "14157777777", "+44 20 7946 0000")
    rows: list[dict[str, Any]] = [{"phone": phone, "first_name": phone} for phone in phones]
    ran = importer.rows(*rows, more=("--identifier", "phone"))
    assert (ran.code, ran.report["counts"]["imported"]) == (0, 2)
    assert [record["phone"] for record in peer.sent()[0]] == ["+14157777777", "+442079460000"]
    assert peer.calls(IMPORT)[0].body["identifierPropertyId"] == "phone"


def test_people_are_told_apart_by_a_unique_property(importer: Importer, peer: Peer) -> None:
    number, color = peer.add_property("Customer ID", is_unique=True), peer.add_property("Color")
    peer.add("old@x.io", {number: "7", color: "Blue"})
    rows: list[dict[str, Any]] = [
        {"email": "new@x.io", "properties": {"Customer ID": "7"}},
        {"properties": {"Color": "Red"}},
    ]
    ran = importer.rows(*rows, more=("--identifier", "Customer ID"))
    assert ran.code == 1
    assert [one["code"] for one in ran.report["rejected_rows"]] == ["no_identity"]
    assert peer.by_email("new@x.io")["properties"] == {"Customer ID": "7", "Color": "Blue"}


def test_a_property_that_is_not_unique_identifies_nobody(importer: Importer, peer: Peer) -> None:
    peer.add_property("Customer ID")
    ran = importer.rows({"properties": {"Customer ID": "7"}}, more=("--identifier", "Customer ID"))
    assert ran.code == 3
    assert "not unique" in ran.err
    assert not peer.sent()


def test_a_dry_run_calls_nobody(importer: Importer, peer: Peer) -> None:
    ran = importer.rows({"email": "a@x.io"}, {"first_name": "who?"}, more=("--dry-run",))
    assert ran.code == 1
    assert not peer.seen
    assert ran.report["counts"] == {
        "read": 2, "duplicates": 0, "imported": 0, "skipped": 0, "rejected": 1, "pending": 1,
    }  # fmt: skip


def test_a_broken_source_sends_nothing(importer: Importer, peer: Peer) -> None:
    path = importer.folder / "cut.ndjson"
    path.write_text('{"email": "a@x.io"}\n{"email": "b@')
    assert importer.run(path).code == 2
    assert not peer.seen


def test_csv_cells_hold_lists(importer: Importer, peer: Peer) -> None:
    peer.add_property("Interests", "MULTI_SELECT", "Art", "Sport")
    path = importer.folder / "rows.csv"
    path.write_text("email,additional_emails,properties.Interests\na@x.io,b@x.io;c@x.io,sport;Art\nd@x.io,,\n")
    assert importer.run(path).code == 0
    sent = {record["email"]: record for people in peer.sent() for record in people}
    assert sent["a@x.io"]["additionalEmails"] == ["b@x.io", "c@x.io"]
    assert [item["value"] for item in sent["a@x.io"]["properties"]] == [["Sport", "Art"]]
    assert "additionalEmails" not in sent["d@x.io"]


values = st.sampled_from([None, "x", "y"])
sparse = st.dictionaries(st.sampled_from(["A", "B", "C"]), values, max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(sparse, min_size=4, max_size=4), rows=st.lists(sparse, min_size=4, max_size=4),
       person_scope=st.booleans(), batch=st.integers(1, 4), hidden=st.booleans())  # fmt: skip
def test_whatever_is_stored_and_sent_only_the_source_changes_it(
    importer: Importer,
    stored: list[dict[str, Any]],
    rows: list[dict[str, Any]],
    person_scope: bool,
    batch: int,
    hidden: bool,
) -> None:
    with Peer() as peer:
        importer.peer = peer
        importer.forget()
        ids = {name: peer.add_property(name) for name in "ABC"}
        peer.person_scope = person_scope and not hidden  # what nobody can read cannot be sent again
        peer.hidden = {ids["C"]} if hidden else set()
        wanted = []
        for number, (held, row) in enumerate(zip(stored, rows, strict=True)):
            kept = {name: value for name, value in held.items() if value}
            peer.add(f"p{number}@x.io", {ids[name]: value for name, value in kept.items()})
            wanted.append({name: value for name, value in (kept | row).items() if value})
        people = [{"email": f"p{number}@x.io", "properties": row} for number, row in enumerate(rows)]
        assert importer.rows(*people, more=("--batch-size", str(batch))).code == 0
        assert [peer.by_email(f"p{number}@x.io")["properties"] for number in range(4)] == wanted


def test_nobody_is_asked_for_twice(importer: Importer, peer: Peer) -> None:
    for number in range(7):
        peer.add(f"p{number}@x.io")
    assert importer.rows({"email": "p1@x.io"}).code == 0
    searches = peer.calls(path_is("POST", "/people/search"))
    assert [json.dumps(one.body["pageInfo"].get("startCursor")) for one in searches] == ["null", '"3"', '"6"']


def test_in_a_large_workspace_only_those_are_read_whom_the_rows_mean(importer: Importer, peer: Peer) -> None:
    color = peer.add_property("Color")
    for number in range(7):
        peer.add(f"p+{number}@x.io", {color: f"of {number}"})
    peer.claimed_total = 10_000
    rows: list[dict[str, Any]] = [{"email": "p+5@x.io"}, {"email": "new@x.io", "properties": {"Color": "Red"}}]
    assert importer.rows(*rows).code == 0
    assert [peer.by_email(email)["properties"] for email in ("p+5@x.io", "new@x.io")] == [
        {"Color": "of 5"}, {"Color": "Red"},
    ]  # fmt: skip
    searches = peer.calls(path_is("POST", "/people/search"))
    assert [one.body.get("peopleIds") for one in searches] == [None, [list(peer.people)[5]]]
