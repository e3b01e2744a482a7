"""Accepted is not done: ends that were awaited, errors and failures that were told, deadlines, missing ids."""

from typing import Any

import pytest

from customhouse_conformance.facts import Exchange, Process
from customhouse_conformance.findings import Verdict
from customhouse_conformance.judges.asynchronous import (
    copes_without_an_id,
    error_is_told,
    failed_records_are_told,
    gives_up_in_time,
    not_sent_again,
    polls_politely,
    waits_for_the_end,
)
from customhouse_conformance.witnesses.importing import (
    both_imported,
    import_accepted,
    import_accepted_without_id,
    import_ended,
    import_never_ended,
    poll_came_too_early,
    records_failed,
)

from .rally import ANN, BOB, CAT, imported, person, poll, post, process, record, webhook
from .records import exchange

WORDS = ["deadline", "stuck"]
NO_ID = ["unknown", "no import id"]


@pytest.mark.parametrize(
    ("exchanges", "code"),
    [
        ((post(1, ANN), poll(2, state="UPLOADING"), poll(3)), "ok"),
        ((post(1, ANN), webhook(2)), "ok"),
        ((post(1, ANN), poll(2, state="ERROR")), "ok"),
        ((post(1, ANN),), "not-awaited"),
        ((post(1, ANN), poll(2, state="UPLOADING")), "not-awaited"),
        ((post(1, ANN), poll(2, id="another")), "not-awaited"),
        ((post(1, ANN), webhook(2, status=500)), "not-awaited"),
        ((post(1, ANN), post(2, BOB, id="imp-2"), poll(3)), "not-awaited"),
        ((post(1, ANN, status=400), post(2, ANN), poll(3)), "ok"),
    ],
)
def test_the_end_is_awaited(exchanges: tuple[Exchange, ...], code: str) -> None:
    run = record(ANN, exchanges=exchanges)
    assert waits_for_the_end(run).code == code
    assert import_accepted(run) is not None


def test_an_id_that_was_never_given_cannot_be_awaited() -> None:
    lost = record(ANN, exchanges=(post(1, ANN, delivery="reset"),))
    assert waits_for_the_end(lost).code == "ok"
    assert import_accepted(lost) is None
    assert import_accepted(record(ANN, exchanges=(post(1, ANN, status=400),))) is None
    killed = process(ended_by="time-ceiling")
    assert import_accepted(record(ANN, exchanges=(post(1, ANN),), processes=(killed,))) is None


BROKEN = imported(status="ERROR")
FAILS, WELL = process(exit_code=1, stderr="import imp-1 failed"), process("second")


@pytest.mark.parametrize(
    ("first", "second", "between", "told", "code"),
    [
        (FAILS, WELL, False, True, "ok"),
        (process(), WELL, False, True, "exit-0"),
        (process(), WELL, True, True, "ok"),
        (process(exit_code=1, stderr="it did not work"), WELL, False, True, "not-said"),
        (process(exit_code=1, stderr="imp-1 accepted\n0 errors"), WELL, False, True, "not-said"),
        (process(exit_code=1, stderr="Import failed:\n  imp-1"), WELL, False, True, "ok"),
        (process(exit_code=1, stdout='{\n"id": "imp-1",\n"rows": 1,\n"state": "failed"\n}'), WELL, False, True, "ok"),
        (process(exit_code=1, stdout='{\n"id": "imp-1",\n"failed": 0\n}'), WELL, False, True, "not-said"),
        (process(exit_code=1, stderr="import imp-1 failed"), WELL, False, True, "ok"),
        (FAILS, process("second", 1), False, True, "false-alarm"),
        (FAILS, WELL, False, False, "not-shown"),
    ],
)
def test_an_import_that_ends_in_error(first: Process, second: Process, between: bool, told: bool, code: str) -> None:
    run = record(
        ANN,
        between=[BROKEN, *([person(ANN)] if between else [])],
        after=[BROKEN, person(ANN)],
        exchanges=(post(1, ANN), *([poll(2, state="ERROR")] if told else [])),
        processes=(first, second),
    )
    assert error_is_told(run).code == code
    assert import_ended(run, "ERROR") is not None
    assert import_ended(record(ANN), "ERROR") is None


FAILURE = {"email": "bob@example.com", "phone": None}
SAID = process(exit_code=1, stderr="rejected: bob@example.com (record failed)")
ALL = process(exit_code=1, stderr="rejected: bob@example.com\nrejected: ann@example.com")


@pytest.mark.parametrize(
    ("run", "seen", "code"),
    [
        (SAID, True, "ok"),
        (SAID, False, "not-shown"),
        (process(), True, "not-named"),
        (process(stderr="rejected: bob@example.com"), True, "exit-0"),
        (ALL, True, "not-named"),
    ],
)
def test_failed_records(run: Process, seen: bool, code: str) -> None:
    end = [poll(2, failed=[{"email": "bob@example.com"}])] if seen else []
    after = [imported(failures=[FAILURE], records=2), person(ANN)]
    one = record(ANN, BOB, after=after, exchanges=(post(1, ANN, BOB), *end), processes=(run,))
    assert failed_records_are_told(one).code == code
    assert records_failed(one) is not None


def test_a_person_who_was_there_and_was_not_updated_has_failed() -> None:
    old = person(BOB, firstName="Old")
    after = [imported(failures=[FAILURE], records=2), person(ANN), old]
    told = (post(1, ANN, BOB), poll(2, failed=[{"personId": "id-bob@example.com"}]))
    silent = process(exit_code=1, stderr="1 record failed: id-bob@example.com")
    run = record(ANN, BOB, before=[old], after=after, exchanges=told, processes=(silent,))
    assert failed_records_are_told(run).code == "not-named"
    assert (
        failed_records_are_told(record(ANN, BOB, before=[old], after=after, exchanges=told, processes=(SAID,))).code
        == "ok"
    )


def test_who_fails_without_a_name_is_known_by_phone() -> None:
    failures = [{"email": None, "phone": CAT["phone"]}]
    run = record(
        ANN,
        CAT,
        after=[imported(failures=failures), person(ANN)],
        exchanges=(post(1, ANN, CAT), poll(2, failed=[{"email": None}])),
        processes=(process(exit_code=1, stderr="rejected: +1 415 777-7777"),),
    )
    assert failed_records_are_told(run).code == "ok"


def test_failures_without_others_that_came_in_are_no_witness() -> None:
    assert records_failed(record(BOB, after=[imported(failures=[FAILURE])])) is None
    assert records_failed(record(ANN, after=[imported(), person(ANN)])) is None


def test_an_import_that_cannot_be_seen_yet() -> None:
    patient = record(ANN, exchanges=(post(1, ANN), poll(2, status=404), poll(3)))
    assert not_sent_again(patient).code == "ok"
    assert poll_came_too_early(patient) is not None
    hasty = record(ANN, exchanges=(post(1, ANN), poll(2, status=404), post(3, ANN, id="imp-2")))
    finding = not_sent_again(hasty)
    assert (finding.code, finding.evidence.exchanges) == ("sent-again", (1, 3))
    gone = record(ANN, exchanges=(post(1, ANN), poll(2, status=404)), processes=(process(exit_code=1),))
    assert not_sent_again(gone).code == "false-alarm"
    assert poll_came_too_early(record(ANN, exchanges=(post(1, ANN), poll(2, id="made-up", status=404)))) is None


@pytest.mark.parametrize(
    ("run", "asked", "code"),
    [
        (process(exit_code=1, stderr="gave up at the deadline"), True, "ok"),
        (process(exit_code=1, stderr="imp-1 is stuck"), True, "ok"),
        (process(), True, "exit-0"),
        (process(exit_code=1, stderr="failed"), True, "not-said"),
        (process(exit_code=1, stderr="accepted as imp-1, 0 stuck"), True, "not-said"),
        (process(exit_code=1, stderr="deadline"), False, "not-shown"),
    ],
)
def test_an_import_that_never_ends(run: Process, asked: bool, code: str) -> None:
    questions = (poll(2, state="UPLOADING"),) if asked else ()
    one = record(ANN, after=[imported(status="UPLOADING")], exchanges=(post(1, ANN), *questions), processes=(run,))
    assert gives_up_in_time(one, WORDS).code == code
    assert import_never_ended(one) is not None
    assert import_never_ended(record(ANN, after=[imported()])) is None


def search(n: int, **facts: Any) -> Exchange:
    return exchange(n, "people.search", path="/people/search", **facts)


@pytest.mark.parametrize(
    ("exchanges", "run", "code"),
    [
        ((search(2),), process(), "ok"),
        ((), process(exit_code=1, stderr="the outcome is unknown"), "ok"),
        ((), process(exit_code=1, stderr="there was no import id"), "ok"),
        ((), process(exit_code=1, stderr="5 rows read"), "not-said"),
        ((), process(), "taken-for-done"),
        ((search(2, status=500),), process(), "taken-for-done"),
        ((poll(2, id="None", status=404), search(3)), process(), "asked-for-nothing"),
        ((exchange(2, "", 404, path="/imports/", method="GET"),), process(), "asked-for-nothing"),
        ((), process(exit_code=1, stderr="Traceback (most recent call last):\n  File\nKeyError"), "crashed"),
    ],
)
def test_no_import_id(exchanges: tuple[Exchange, ...], run: Process, code: str) -> None:
    one = record(ANN, exchanges=(post(1, ANN, id=None), *exchanges), processes=(run,))
    assert copes_without_an_id(one, NO_ID).code == code
    assert import_accepted_without_id(one) is not None
    assert import_accepted_without_id(record(ANN, exchanges=(post(1, ANN),))) is None


def test_polls_are_counted_for_each_import() -> None:
    asked = tuple(poll(n, state="UPLOADING") for n in range(2, 5))
    patient = record(ANN, exchanges=(post(1, ANN), *asked, poll(9)))
    assert polls_politely(patient, 4).code == "ok"
    assert polls_politely(patient, 3).code == "hammered"
    assert polls_politely(record(ANN, exchanges=(post(1, ANN), *asked)), 9).verdict is Verdict.NOT_EXERCISED


def test_two_at_once_sent_the_same_people_at_one_time() -> None:
    both = (process("first"), process("second"))
    overlapping = (post(1, ANN), post(2, ANN, id="imp-2"), poll(3), poll(4, "imp-2"))
    assert both_imported(record(ANN, exchanges=overlapping, processes=both)) is not None
    after_one_another = (post(1, ANN), poll(2), post(3, ANN, id="imp-2"), poll(4, "imp-2"))
    assert both_imported(record(ANN, exchanges=after_one_another, processes=both)) is None
    assert both_imported(record(ANN, exchanges=(post(1, ANN), poll(2)), processes=both)) is None
    assert both_imported(record(ANN, exchanges=overlapping)) is None
