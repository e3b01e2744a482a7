"""People who are there already: erased, opted in, touched, put elsewhere."""

from typing import Any

import pytest

from customhouse_conformance.facts import Row
from customhouse_conformance.findings import Unseen, Verdict
from customhouse_conformance.judges.people import (
    blank_null_and_absent,
    nothing_is_erased,
    opt_outs_are_kept,
    population_is_kept,
    reported_and_others_untouched,
)
from customhouse_conformance.witnesses.importing import (
    nulls_sent,
    opted_out_imported,
    population_asked_for,
    somebody_else_met,
    stored_values_at_stake,
)

from .rally import ANN, BOB, imported, person, post, process, record

STAKE: dict[str, Any] = {"fields": ["phone"], "properties": True}


def stored_bob(**changes: Any) -> Row:
    return person(BOB, phone="+14155550100", properties={"Tier": "bronze"}, **changes)


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (stored_bob(), "ok"),
        (person(BOB, phone="+14155550100"), "erased"),
        (person(BOB, properties={"Tier": "bronze"}), "erased"),
        (person(BOB, phone="+14155550100", properties={"Tier": "gold"}), "changed"),
    ],
)
def test_what_the_source_does_not_name_stays(after: Row, code: str) -> None:
    run = record(BOB, before=[stored_bob()], after=[after], exchanges=(post(1, BOB),))
    assert nothing_is_erased(run, **STAKE).code == code
    assert stored_values_at_stake(run, **STAKE) is not None


@pytest.mark.parametrize(
    ("after", "mend"),
    [
        (person(BOB, properties={"Tier": "bronze"}), "leave its key out of the record"),
        (person(BOB, phone="+14155550100"), "send what is stored, or put rows that name the same into one request"),
    ],
)
def test_only_what_can_be_read_is_to_be_sent_back(after: Row, mend: str) -> None:
    run = record(BOB, before=[stored_bob()], after=[after], exchanges=(post(1, BOB),))
    assert mend in nothing_is_erased(run, **STAKE).message


def test_what_the_source_names_may_change_and_what_it_nulls_may_go() -> None:
    row = {**BOB, "phone": None, "properties": {"Tier": "gold"}}
    run = record(row, before=[stored_bob()], after=[person(row)], exchanges=(post(1, row),))
    assert nothing_is_erased(run, **STAKE).code == "ok"
    assert stored_values_at_stake(run, **STAKE) is None


def test_an_empty_csv_cell_erases_nothing() -> None:
    row = {**BOB, "phone": "", "properties": {"Tier": None}}
    after = [person(BOB, phone=None, properties={})]
    run = record(row, before=[stored_bob()], after=after, exchanges=(post(1, row),), format="csv")
    assert nothing_is_erased(run, **STAKE).code == "erased"


def test_who_was_never_sent_is_no_witness() -> None:
    assert stored_values_at_stake(record(BOB, before=[stored_bob()]), **STAKE) is None
    refused = (post(1, BOB, status=400),)
    assert stored_values_at_stake(record(BOB, before=[stored_bob()], exchanges=refused), **STAKE) is None
    failures = [stored_bob(), imported(failures=[{"email": "bob@example.com", "phone": None}])]
    spared = record(BOB, before=[stored_bob()], after=failures, exchanges=(post(1, BOB),))
    assert not stored_values_at_stake(spared, **STAKE)


NUL: Row = {"email": "nul@example.com", "properties": {"Tier": None}}
EMPTY: Row = {"email": "empty@example.com", "properties": {"Tier": ""}}


@pytest.mark.parametrize(
    ("nul", "absent", "blank", "code"),
    [
        ({}, {"Tier": "old"}, {}, "ok"),
        ({}, {"Tier": "old"}, {"Tier": "old"}, "ok"),
        ({"Tier": "old"}, {"Tier": "old"}, {}, "null-kept"),
        ({}, {}, {}, "absent-erased"),
        ({}, {"Tier": "old"}, {"Tier": "None"}, "blank-invented"),
    ],
)
def test_null_blank_and_absent(nul: Row, absent: Row, blank: Row, code: str) -> None:
    rows = (NUL, BOB, EMPTY)
    before = [person(row, properties={"Tier": "old"}) for row in rows]
    after = [person(row, properties=values) for row, values in zip(rows, (nul, absent, blank), strict=True)]
    run = record(*rows, before=before, after=after, exchanges=(post(1, *rows),))
    assert blank_null_and_absent(run, "Tier").code == code
    assert nulls_sent(run, "Tier") is not None


def test_csv_has_no_nulls_to_tell() -> None:
    seen = nulls_sent(record(NUL, BOB, exchanges=(post(1, NUL, BOB),), format="csv"), "Tier")
    assert isinstance(seen, Unseen)
    assert not seen.applies
    assert nulls_sent(record(NUL, BOB), "Tier") is None


OUT: Row = {"email": "out@example.com", "opted_out": False}
ASKS: Row = {"email": "asks@example.com", "opted_out": True}


@pytest.mark.parametrize(
    ("out", "asks", "code"),
    [(True, True, "ok"), (False, True, "opted-in"), (True, False, "not-opted-out")],
)
def test_opt_outs(out: bool, asks: bool, code: str) -> None:
    after = [person(OUT, isOptedOut=out), person(ASKS, isOptedOut=asks)]
    run = record(OUT, ASKS, before=[person(OUT, isOptedOut=True)], after=after, exchanges=(post(1, OUT, ASKS),))
    assert opt_outs_are_kept(run).code == code
    assert opted_out_imported(run) is not None


def test_opt_outs_that_were_not_sent_are_no_witness() -> None:
    before = [person(OUT, isOptedOut=True)]
    assert opted_out_imported(record(OUT, before=before)) is None
    assert opted_out_imported(record(OUT, exchanges=(post(1, OUT),))) is None


SAID = process(exit_code=1, stderr="bob@example.com: belongs to somebody else")


def test_running_into_somebody_else() -> None:
    other = person({"email": "other@example.com"})
    failures = [imported(failures=[{"email": "bob@example.com"}])]
    good = record(ANN, BOB, before=[other], after=[other, person(ANN), *failures], processes=(SAID,))
    assert reported_and_others_untouched(good, [1]).code == "ok"
    assert somebody_else_met(good) is not None
    touched = record(
        ANN, BOB, before=[other], after=[{**other, "phone": "+1"}, person(ANN), *failures], processes=(SAID,)
    )
    assert reported_and_others_untouched(touched, [1]).code == "touched-stranger"
    silent = record(ANN, BOB, before=[other], after=[other, person(ANN), *failures])
    assert reported_and_others_untouched(silent, [1]).code == "not-named"


def test_who_changes_somebody_else_has_met_them_though_nothing_failed() -> None:
    other = person({"email": "other@example.com"})
    taken = record(ANN, before=[other], after=[{**other, "phone": "+1"}, person(ANN)])
    assert somebody_else_met(taken) is not None
    assert reported_and_others_untouched(taken, []).code == "touched-stranger"


def test_nobody_was_met_who_was_neither_failed_for_nor_shown() -> None:
    other = person({"email": "other@example.com"})
    assert somebody_else_met(record(ANN, before=[other], after=[other, person(ANN)])) is None
    lazy = record(ANN, before=[other], after=[other, imported(failures=[{"email": "ann@example.com"}])])
    assert somebody_else_met(lazy) is None


CUSTOMERS: Row = {"type": "population", "populationId": "pop-1", "name": "Customers"}


@pytest.mark.parametrize(
    ("populations", "people", "run", "code"),
    [
        ([CUSTOMERS], [person(ANN, populationIds=["pop-1"])], process(), "ok"),
        ([CUSTOMERS], [person(ANN)], process(), "outside"),
        ([CUSTOMERS], [], process(), "lost-rows"),
        ([], [], process(exit_code=1, stderr="no population pop-1"), "ok"),
        ([], [person(ANN)], process(exit_code=1, stderr="no population pop-1"), "workspace-wide"),
        ([], [], process(), "exit-0"),
        ([], [], process(exit_code=1, stderr="it failed"), "not-said"),
    ],
)
def test_populations(populations: list[Row], people: list[Row], run: Any, code: str) -> None:
    told = {"population": "pop-1"}
    one = record(ANN, after=[*populations, *people], processes=(run,), told=told, exchanges=(post(1, ANN),))
    assert population_is_kept(one).code == code
    assert population_asked_for(one) is not None
    assert population_asked_for(record(ANN, told=told)) is None
    assert population_is_kept(one).verdict in (Verdict.PASS, Verdict.FAIL)
