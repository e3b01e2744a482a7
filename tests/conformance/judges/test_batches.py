"""Requests with people: how many, how alike, and whether it matters who is in one with whom."""

import pytest

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Finding, Verdict
from customhouse_conformance.judges.batches import (
    alike_everywhere,
    batches_within_limit,
    each_row_sent_once,
    newest_row_counts,
    nobody_twice_in_a_request,
    records_are_uniform,
)
from customhouse_conformance.witnesses.importing import ragged_rows_sent, rows_beyond

from .rally import ANN, BOB, CAT, TIER, imported, person, post, record

DAN = {"email": "dan@example.com", "first_name": "Dan"}
RULE = "import_too_many_people"


@pytest.mark.parametrize(
    ("exchanges", "code"),
    [
        ((post(1, ANN, BOB), post(2, DAN)), "ok"),
        ((post(1, ANN, BOB, DAN),), "over-limit"),
        ((post(1, status=400, refused_by=f"rule:{RULE}"), post(2, ANN)), "over-limit"),
    ],
)
def test_the_limit_of_a_request(exchanges: tuple[Exchange, ...], code: str) -> None:
    run = record(ANN, BOB, DAN, exchanges=exchanges)
    assert batches_within_limit(run, 2, RULE).code == code
    assert rows_beyond(run, 2) is not None


def test_who_stops_before_the_limit_has_not_shown_that_he_keeps_it() -> None:
    run = record(ANN, BOB, DAN, after=[person(ANN)], exchanges=(post(1, ANN),))
    assert batches_within_limit(run, 2, RULE).verdict is Verdict.NOT_EXERCISED
    assert rows_beyond(record(ANN, BOB, DAN), 2) is None
    assert rows_beyond(run, 3) is None


def test_every_row_is_sent_once() -> None:
    people = [person(ANN), person(BOB)]
    assert each_row_sent_once(record(ANN, BOB, after=[*people, imported(records=2)])).code == "ok"
    assert each_row_sent_once(record(ANN, BOB, after=[*people, imported(records=3)])).code == "sent-again"
    assert each_row_sent_once(record(ANN, BOB, after=[person(ANN), imported(records=1)])).code == "lost-rows"


def test_a_row_that_was_sent_and_did_not_come_in_was_sent_nevertheless() -> None:
    failed = record(ANN, BOB, after=[person(ANN), imported(records=2)], exchanges=(post(1, ANN, BOB),))
    assert each_row_sent_once(failed).code == "ok"
    refused = record(ANN, BOB, after=[], exchanges=(post(1, ANN, BOB, status=400),))
    finding = each_row_sent_once(refused)
    assert (finding.verdict, finding.code) == (Verdict.NOT_EXERCISED, "not-shown")
    assert "2 rows were sent and refused (exchange 1" in finding.message
    forgotten = record(ANN, BOB, after=[], exchanges=(post(1, ANN, status=400),))
    assert each_row_sent_once(forgotten).evidence.rows == (1,)


def test_imports_of_another_time_are_not_counted() -> None:
    old = imported("old", records=7)
    run = record(ANN, before=[old], after=[old, person(ANN), imported(records=1)])
    assert each_row_sent_once(run).code == "ok"


def test_all_records_of_a_request_name_the_same() -> None:
    ragged = record(ANN, BOB, exchanges=(post(1, ANN, BOB),))
    finding = records_are_uniform(ragged)
    assert (finding.code, finding.evidence.exchanges) == ("ragged", (1,))
    assert "exchange 1: bob@example.com lacks Tier" in finding.message
    apart = record(ANN, BOB, exchanges=(post(1, ANN), post(2, BOB)))
    assert records_are_uniform(apart).code == "ok"
    assert ragged_rows_sent(apart) is not None
    assert ragged_rows_sent(record(ANN, exchanges=(post(1, ANN),))) is None
    assert ragged_rows_sent(record(ANN, BOB, exchanges=(post(1, ANN),))) is None


def test_a_name_is_a_column_and_a_phone_is_none() -> None:
    nameless = {"email": "zoe@example.com"}
    assert records_are_uniform(record(BOB, nameless, exchanges=(post(1, BOB, nameless),))).code == "ragged"
    phoned = {**BOB, "phone": "+1"}
    assert records_are_uniform(record(phoned, DAN, exchanges=(post(1, phoned, DAN),))).code == "ok"


def test_nobody_is_twice_in_a_request() -> None:
    again = {**BOB, "email": "Bob@Example.com", "first_name": "Robert"}
    twice = record(BOB, again, after=[person(again)], exchanges=(post(1, BOB, again),))
    assert nobody_twice_in_a_request(twice).code == "sent-twice"
    settled = record(BOB, again, after=[person(BOB)], exchanges=(post(1, BOB),))
    assert nobody_twice_in_a_request(settled).code == "ok"
    mixed = record(BOB, again, after=[person(BOB, firstName="Both")], exchanges=(post(1, BOB),))
    assert nobody_twice_in_a_request(mixed).code == "mixed-rows"
    lost = record(BOB, again, after=[], exchanges=(post(1, BOB),))
    assert nobody_twice_in_a_request(lost).code == "lost-rows"


def test_rows_are_mixed_only_in_what_they_dispute() -> None:
    first = {**BOB, "last_name": "Old", "phone": "+1"}
    again = {**BOB, "first_name": "Robert", "last_name": "New", "phone": "+1"}

    def settled(**stored: str | None) -> Finding:
        after = [person({**again, **stored}), person(DAN, firstName=None)]
        return nobody_twice_in_a_request(record(first, again, DAN, after=after, exchanges=(post(1, again, DAN),)))

    assert settled().code == "ok"
    assert settled(phone=None).code == "ok"
    assert settled(last_name=None).code == "ok"
    mixed = settled(first_name="Bob")
    assert mixed.code == "mixed-rows"
    assert "(first_name: 'Robert' is 'Bob' in the store)" in mixed.message
    assert "2 times" in mixed.message


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ({}, "ok"),
        ({"firstName": "Bob"}, "older-row"),
        ({"firstName": "Somebody"}, "ok"),
        ({"phone": "+2"}, "ok"),
    ],
)
def test_the_newest_row_counts(stored: dict[str, str], code: str) -> None:
    again = {**BOB, "first_name": "Robert", "phone": "+1"}
    run = record(BOB, DAN, again, after=[person(again, **stored), person(DAN)])
    assert newest_row_counts(run, ["first_name"]).code == code
    assert newest_row_counts(record(BOB, again, after=[]), ["first_name"]).code == "lost-rows"


def test_phones_are_compared_by_digits() -> None:
    again = {"phone": "+14157777777", "first_name": "Kit"}
    run = record(CAT, again, after=[person(again)], exchanges=(post(1, CAT, again),), told={"identifier": "phone"})
    assert nobody_twice_in_a_request(run).code == "sent-twice"


@pytest.mark.parametrize(
    ("bob", "dan", "code"),
    [
        ({"Tier": "old"}, {"Tier": "old"}, "ok"),
        ({}, {}, "ok"),
        ({}, {"Tier": "old"}, "depends-on-batch"),
    ],
)
def test_rows_fare_alike_wherever_they_stand(bob: dict[str, str], dan: dict[str, str], code: str) -> None:
    before = [TIER, *(person(row, properties={"Tier": "old"}) for row in (BOB, DAN))]
    after = [TIER, person(ANN), person(BOB, properties=bob), person(DAN, properties=dan)]
    run = record(ANN, BOB, DAN, before=before, after=after, exchanges=(post(1, ANN, BOB), post(2, DAN)))
    finding = alike_everywhere(run, "Tier")
    assert finding.code == code
    if code != "ok":
        assert set(finding.evidence.exchanges) == {1, 2}


def test_what_is_lost_of_every_row_does_not_depend_on_the_request() -> None:
    eve = {"email": "eve@example.com"}
    lost = [person(row, firstName=None) for row in (BOB, DAN, eve)]
    exchanges = (post(1, BOB, eve), post(2, DAN, eve))
    assert alike_everywhere(record(BOB, DAN, eve, after=lost, exchanges=exchanges), "Tier").code == "ok"
    half = [person(BOB), *lost[1:]]
    finding = alike_everywhere(record(BOB, DAN, eve, after=half, exchanges=exchanges), "Tier")
    assert (finding.code, finding.evidence.exchanges) == ("depends-on-batch", (2, 1))
    for others in ((post(1, BOB, DAN, eve),), (post(1, BOB), post(2, DAN), post(3, eve))):
        assert alike_everywhere(record(BOB, DAN, eve, after=half, exchanges=others), "Tier").code == "ok"
