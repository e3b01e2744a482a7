"""A witness is there only when the stimulus was: above all, a run that did nothing shows none."""

from collections.abc import Callable
from typing import Any

import pytest

from customhouse_conformance.record import Record
from customhouse_conformance.witnesses import runs, served
from tests.conformance.judges.records import ANN, BOB, contact, exchange, process, record

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
            exchanges=(exchange(1, body={"email": ANN["email"]}), exchange(2, body={"email": ANN["email"]})),
            processes=(process(), process("second")),
        ),
    ),
    (runs.control_worked, {}, record(ANN, between=[contact(ANN)], processes=(process("control"), process("then")))),
    (runs.duplicates_sent, {}, record(ANN, ANN, after=[contact(ANN)])),
    (runs.row_missing, {}, record(ANN, BOB, after=[contact(ANN)])),
    (runs.token_used, {}, record(ANN, exchanges=(exchange(1),))),
]


@pytest.mark.parametrize(("witness", "params", "seen"), WITNESSES, ids=lambda value: getattr(value, "__name__", ""))
def test_is_there_with_the_stimulus_and_not_without(
    witness: Callable[..., Any], params: dict[str, Any], seen: Record
) -> None:
    assert witness(seen, **params) is not None
    assert witness(IDLE, **params) is None


@pytest.mark.parametrize("witness", [runs.work_done, runs.some_work_done, runs.created, runs.token_used])
def test_a_run_that_had_to_be_stopped_proves_no_work(witness: Callable[..., Any]) -> None:
    assert witness(STOPPED) is None


def test_each_fault_must_have_struck_as_often_as_asked() -> None:
    run = record(ANN, exchanges=(FAULTED,))
    assert served.fault_served(run, faults=["F"], times=2) is None
    assert served.fault_served(run, faults=["F", "G"]) is None
