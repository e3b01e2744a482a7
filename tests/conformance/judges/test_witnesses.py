"""A witness is there only when the stimulus was: above all, a run that did nothing shows none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from customhouse_conformance.facts import Exchange, Response
from customhouse_conformance.findings import Unseen
from customhouse_conformance.record import Record
from customhouse_conformance.witnesses import runs, served
from tests.conformance.judges.records import ANN, BOB, LEA, contact, exchange, process, record

IDLE = record(ANN, BOB, after=[])
STOPPED = record(ANN, processes=(process(ended_by="request-ceiling", exit_code=-9),))
FAULTED = exchange(1, status=429, faults=("F",), limit={"window": 1, "limit": 2, "remaining": 1, "reset": 5})

WITNESSES: list[tuple[Callable[..., Any], dict[str, Any], Record]] = [
    (served.fault_served, {"faults": ["F"]}, record(ANN, exchanges=(FAULTED,))),
    (
        served.refused_by,
        {"rules": ["conflict.active"]},
        record(ANN, exchanges=(exchange(1, refused_by="rule:conflict.active"),)),
    ),
    (served.throttled, {}, record(ANN, exchanges=(FAULTED,))),
    (served.limit_reached, {}, record(ANN, exchanges=(FAULTED,))),
    (
        served.archived_by_the_workspace,
        {},
        record(ANN, after=[contact(ANN, status="archived", archived_by="workspace-limit")]),
    ),
    (served.attribute_seen, {}, record(ANN, exchanges=(exchange(1, "data_attributes.list"),))),
    (runs.work_done, {}, record(ANN)),
    (runs.some_work_done, {}, record(ANN, BOB, after=[contact(ANN)])),
    (runs.created, {}, record(ANN, exchanges=(exchange(1),))),
    (runs.used_attributes, {}, record(ANN, exchanges=(exchange(1, body={"custom_attributes": {"plan": "pro"}}),))),
    (runs.attribute_defined, {}, record(ANN, exchanges=(exchange(1, "data_attributes.create"),))),
    (runs.second_run, {}, record(ANN, between=[contact(ANN)], processes=(process(), process("second")))),
    (
        runs.second_run_of_another_source,
        {"fields": ["name"]},
        record(ANN, between=[contact(ANN)], processes=(process(), process("second"))),
    ),
    (
        runs.killed_in_the_middle,
        {},
        record(
            ANN,
            BOB,
            between=[contact(ANN)],
            processes=(process(ended_by="killed-by-plan", exit_code=-9), process("second")),
        ),
    ),
    (
        runs.both_at_work,
        {},
        record(
            ANN,
            exchanges=(exchange(1, took_ms=2000, body=ANN), exchange(2, body=ANN, status=409)),
            processes=(process(), process("second")),
        ),
    ),
    (runs.control_worked, {}, record(ANN, between=[contact(ANN)], processes=(process("control"), process("then")))),
    (runs.duplicates_sent, {}, record(ANN, ANN, after=[contact(ANN)])),
    (runs.outcome_to_tell, {}, record(ANN)),
    (runs.text_delivered, {}, record(ANN, exchanges=(exchange(1, body=ANN),))),
    (runs.lead_sent, {}, record(LEA, exchanges=(exchange(1, body={**LEA, "role": "user"}),))),
    (served.lost_lead, {"faults": ["F"]}, record(LEA, exchanges=(FAULTED,))),
    (
        served.met_somebody,
        {"rules": ["conflict.active"]},
        record(ANN, exchanges=(exchange(1, refused_by="rule:conflict.active"),)),
    ),
    (runs.token_used, {}, record(ANN, exchanges=(exchange(1),))),
]


@pytest.mark.parametrize(("witness", "params", "seen"), WITNESSES, ids=lambda value: getattr(value, "__name__", ""))
def test_is_there_with_the_stimulus_and_not_without(
    witness: Callable[..., Any], params: dict[str, Any], seen: Record
) -> None:
    assert witness(seen, **params)
    assert not witness(IDLE, **params)


@pytest.mark.parametrize("witness", [runs.work_done, runs.some_work_done, runs.created, runs.token_used])
def test_a_run_that_had_to_be_stopped_proves_no_work(witness: Callable[..., Any]) -> None:
    assert not witness(STOPPED)


def test_a_kill_after_which_everybody_is_in_was_not_in_the_middle() -> None:
    killed = (process(ended_by="killed-by-plan", exit_code=-9), process("second"))
    seen = runs.killed_in_the_middle(record(ANN, between=[contact(ANN)], processes=killed))
    assert isinstance(seen, Unseen)
    assert seen.why.startswith("when the first run had been killed, 1 of 1 rows were in")


def test_each_fault_must_have_struck_as_often_as_asked() -> None:
    run = record(ANN, exchanges=(FAULTED,))
    assert served.fault_served(run, faults=["F"], times=2) == Unseen(
        "at least 2 calls were to be struck by the planned fault 'F', 1 came by"
    )
    assert not served.fault_served(run, faults=["F", "G"])


def test_looking_first_shows_who_is_there_as_well_as_a_refusal() -> None:
    there = [contact(ANN, id="id-of-ann")]

    def met(body: str, **facts: Any) -> bool:
        look = exchange(1, method="GET", response=Response({}, body), **facts)
        run = record(ANN, before=there, exchanges=(look,))
        return served.met_somebody(run, rules=["conflict.active"]) is not None

    assert met('{"id": "id-of-ann"}', operation="contacts.find_by_external_id")
    assert met('{"data": [{"id": "id-of-ann"}]}', operation="contacts.search")
    assert not met('{"data": []}', operation="contacts.search")
    assert not met('{"id": "id-of-ann"}', operation="contacts.get", status=404)


def test_a_retry_is_not_the_work_of_another_process_nor_is_a_second_run() -> None:
    def both(*calls: Exchange) -> bool:
        run = record(ANN, BOB, exchanges=calls, processes=(process(), process("second")))
        return runs.both_at_work(run) is not None

    find = "/contacts/find_by_external_id/1"
    assert both(exchange(1, method="GET", path=find, took_ms=2000), exchange(2, method="GET", path=find))
    assert not both(exchange(1, status=503, body=ANN, took_ms=2000), exchange(2, body=ANN))
    assert not both(exchange(1, status=429, body=ANN, took_ms=2000), exchange(2, body=ANN))
    assert not both(exchange(1, body=ANN), exchange(2, body=ANN))
    assert not both(exchange(1, body=ANN, took_ms=2000), exchange(2, body=BOB))


def test_text_must_have_been_sent_for_half_of_the_rows() -> None:
    ids_only = exchange(1, body={"external_id": "1", "email": "ann@example.com"})
    assert runs.text_delivered(record(ANN, BOB, exchanges=(ids_only,))) is None
    assert runs.text_delivered(record(ANN, BOB, LEA, exchanges=(exchange(1, body=ANN),))) is None


def test_who_takes_no_text_column_cannot_be_asked_about_text() -> None:
    unseen = runs.text_delivered(record({"email": "ann@example.com"}, {"email": "bob@example.com"}))
    assert unseen == Unseen(
        "the importer takes none of the columns that hold text: name, custom_attributes", applies=False
    )


def test_who_does_not_take_what_changes_cannot_be_asked_about_it() -> None:
    unseen = runs.second_run_of_another_source(record({"email": "ann@example.com"}), fields=["name"])
    assert unseen == Unseen("the importer takes none of the columns that change: name", applies=False)


def test_a_lead_must_be_in_the_source() -> None:
    assert runs.lead_sent(record(ANN, exchanges=(exchange(1, body=ANN),))) is None


def test_users_instead_of_leads_show_nothing_about_lost_leads() -> None:
    users = record(LEA, after=[contact({**LEA, "role": "user"})], exchanges=(FAULTED,))
    assert not served.lost_lead(users, faults=["F"])


def test_where_rows_are_made_to_fail_one_must_have_failed() -> None:
    run = record(ANN)
    header = replace(run.header, faults={"faults": [{"id": "F"}]})
    none_failed = runs.outcome_to_tell(replace(run, header=header))
    assert isinstance(none_failed, Unseen)
    assert "no loss to be honest about" in none_failed.why
    none_in = runs.outcome_to_tell(record(ANN, after=[]))
    assert isinstance(none_in, Unseen)
    assert "half of honesty" in none_in.why
    assert not runs.outcome_to_tell(record(ANN, processes=(process(ended_by="time-ceiling"),)))
