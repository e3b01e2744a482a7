from dataclasses import replace

import pytest

from customhouse_conformance.facts import Process
from customhouse_conformance.findings import Finding
from customhouse_conformance.judges import honesty
from customhouse_conformance.record import Record
from tests.conformance.judges.records import ANN, BOB, contact, exchange, process, record


def without_bob(*processes: Process) -> Record:
    return record(ANN, BOB, after=[contact(ANN)], processes=processes)


def test_a_missing_row_is_named_and_the_exit_code_says_so() -> None:
    def judge(exit_code: int, said: str) -> Finding:
        return honesty.row_reported(without_bob(process(exit_code=exit_code, stdout=said)), rows=[1])

    assert judge(1, "row 2: bob@example.com refused").code == "ok"
    assert judge(1, "a row was refused").code == "not-named"
    assert judge(1, "ann@example.com\nbob@example.com").code == "not-named"
    assert judge(0, "bob@example.com refused").code == "exit-0"


def test_the_other_rows_must_be_there() -> None:
    run = record(ANN, BOB, after=[], processes=(process(exit_code=1, stdout="bob@example.com"),))
    finding = honesty.row_reported(run, rows=[1])
    assert (finding.code, finding.evidence.rows) == ("lost-rows", (0,))


def test_a_report_in_a_file_counts() -> None:
    run = without_bob(process(exit_code=1, files={"rejects.csv": "2,bob@example.com,refused"}))
    assert honesty.row_reported(run, rows=[1]).code == "ok"


def test_giving_up_is_bounded() -> None:
    tries = tuple(exchange(n, status=500, faults=("F",)) for n in range(1, 6))
    run = record(
        ANN, BOB, after=[contact(ANN)], exchanges=tries, processes=(process(exit_code=1, stdout="bob@example.com"),)
    )
    assert honesty.gives_up_and_reports(run, faults=["F"], at_most=5, rows=[1]).code == "ok"
    assert honesty.gives_up_and_reports(run, faults=["F"], at_most=4, rows=[1]).code == "too-many-tries"


def test_what_cannot_be_restored_takes_a_few_calls_of_any_kind() -> None:
    there = [contact(BOB, id="x", status="deleted")]
    creates = [exchange(n, status=409, body={"email": "bob@example.com"}) for n in (1, 2)]
    restores = [exchange(n, "contacts.unarchive", 400, path="/contacts/x/unarchive") for n in (3, 4)]
    others = [exchange(n, body={"email": "ann@example.com"}) for n in range(5, 20)]
    run = record(
        ANN,
        BOB,
        before=there,
        after=[contact(ANN), *there],
        exchanges=(*creates, *restores, *others),
        processes=(process(exit_code=1, stdout="bob@example.com"),),
    )
    assert honesty.unrestorable_reported(run, rows=[1], at_most=4).code == "ok"
    assert honesty.unrestorable_reported(run, rows=[1], at_most=3).code == "too-many-tries"


def test_false_alarms() -> None:
    assert honesty.arrives_and_says_so(record(ANN)).code == "ok"
    assert honesty.arrives_and_says_so(record(ANN, processes=(process(exit_code=1),))).code == "false-alarm"
    row = {**ANN, "custom_attributes": {"plan": "pro"}}
    without = record(row, after=[contact(ANN)])
    assert honesty.arrives_and_says_so(without).code == "ok"
    assert honesty.arrives_and_says_so(without, fields=["custom_attributes"]).code == "wrong-fields"


TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: no JSON\n'


@pytest.mark.parametrize(
    ("exit_code", "stderr", "code"),
    [
        (1, TRACEBACK, "crashed"),
        (1, "row 1\n" + TRACEBACK, "crashed"),
        (0, TRACEBACK, "ok"),
        (1, TRACEBACK + "bob@example.com: tried again\n7 rows, 1 failed\n", "false-alarm"),
        (1, "SyntaxError: x\n    at run\n\nNode.js v20.1.0\n", "crashed"),
        (0, "", "ok"),
    ],
)
def test_a_crash_ends_the_run_and_a_logged_exception_does_not(exit_code: int, stderr: str, code: str) -> None:
    crash = process(exit_code=exit_code, stderr=stderr)
    assert honesty.arrives_without_crash(record(ANN, processes=(crash,))).code == code


def test_who_crashes_at_the_first_garbage_crashed_and_who_met_too_little_has_shown_nothing() -> None:
    met = (exchange(1, faults=("html",)),)
    crash = process(exit_code=1, stderr=TRACEBACK)
    crashed = record(ANN, exchanges=met, processes=(crash,))
    assert honesty.arrives_without_crash(crashed, faults=["html", "cut"]).code == "crashed"
    assert honesty.arrives_without_crash(record(ANN, exchanges=met), faults=["html", "cut"]).code == "not-shown"
    assert honesty.arrives_without_crash(record(ANN, exchanges=met), faults=["html"]).code == "ok"


@pytest.mark.parametrize(
    ("exit_code", "said", "code"),
    [
        (0, "attribute plan: 500", "lost-silently"),
        (1, "", "not-named"),
        (1, "something went wrong", "not-named"),
        (1, TRACEBACK, "crashed"),
        (1, "attribute plan: 500", "ok"),
        (1, "ann@example.com: stored without some attributes", "ok"),
        (1, "defining seats\ndefining plan", "not-named"),
    ],
)
def test_a_lost_attribute_is_named_or_its_rows_are(exit_code: int, said: str, code: str) -> None:
    row = {**ANN, "custom_attributes": {"plan": "pro", "seats": 3}}
    calls = (
        exchange(1, "data_attributes.create", 500, body={"name": "plan"}),
        exchange(2, "data_attributes.create", body={"name": "seats"}),
    )
    stored = contact({**row, "phone": None}, custom_attributes={"seats": 3})
    run = record(row, after=[stored], exchanges=calls, processes=(process(exit_code=exit_code, stderr=said),))
    assert honesty.lost_loudly_or_not_at_all(run).code == code


def test_an_attribute_that_came_after_all_is_no_loss_whatever_another_field_says() -> None:
    row = {**ANN, "custom_attributes": {"plan": "pro"}}
    assert honesty.lost_loudly_or_not_at_all(record(row, after=[contact(row, name="Anna")])).code == "ok"


def test_exit_codes_are_honest_both_ways() -> None:
    assert honesty.exit_code_is_honest(without_bob(process(exit_code=0))).code == "exit-0"
    assert honesty.exit_code_is_honest(without_bob(process(exit_code=1))).code == "ok"
    assert honesty.exit_code_is_honest(record(ANN)).code == "ok"
    assert honesty.exit_code_is_honest(record(ANN, processes=(process(exit_code=1),))).code == "false-alarm"


def test_a_loss_after_the_import_is_noticed() -> None:
    gone = [contact(ANN), contact(BOB, status="archived", archived_by="workspace-limit")]

    def judge(exit_code: int, said: str) -> str:
        return honesty.loss_noticed(
            record(ANN, BOB, after=gone, processes=(process(exit_code=exit_code, stdout=said),))
        ).code

    assert judge(1, "bob@example.com is gone") == "ok"
    assert judge(1, "ann@example.com\nbob@example.com") == "not-named"
    assert judge(0, "bob@example.com is gone") == "exit-0"
    assert judge(1, "somebody is gone") == "not-named"


def test_a_second_run_changes_nothing_but_stamps() -> None:
    between = [contact(ANN, updated_at=1)]
    runs = (process("first"), process("second"))

    def judge(*after: dict[str, object]) -> str:
        return honesty.second_run_changes_nothing(record(ANN, between=between, after=list(after), processes=runs)).code

    assert judge(contact(ANN, updated_at=2)) == "ok"
    assert judge(contact(ANN, name="Anna")) == "changed"
    assert judge(contact(ANN), contact(ANN, id="again")) == "added"
    assert judge() == "changed"
    runs = (process("first"), process("second", exit_code=1))
    assert judge(contact(ANN, updated_at=2)) == "false-alarm"


def test_an_empty_source_is_no_work_and_no_error() -> None:
    control = process("control", first_exchange=1, last_exchange=1)

    def judge(then: Process) -> str:
        calls = (exchange(1), exchange(2))
        return honesty.empty_source_is_no_work(record(ANN, exchanges=calls, processes=(control, then))).code

    assert judge(process("then")) == "ok"
    assert judge(process("then", exit_code=1)) == "exit-not-0"
    assert judge(process("then", first_exchange=2, last_exchange=2)) == "wrote"


def test_a_broken_source_is_refused_with_words() -> None:
    control = process("control", first_exchange=1, last_exchange=1)

    def judge(then: Process) -> str:
        calls = (exchange(1), exchange(2))
        return honesty.broken_source_is_refused(record(ANN, exchanges=calls, processes=(control, then))).code

    assert judge(process("then", exit_code=2, stderr="line 1: not JSON")) == "ok"
    assert judge(process("then", exit_code=0)) == "exit-0"
    assert judge(process("then", exit_code=2)) == "not-said"
    assert judge(process("then", exit_code=1, stderr="Traceback (most recent call last)")) == "crashed"
    assert judge(process("then", exit_code=2, stderr="x", first_exchange=2, last_exchange=2)) == "wrote"


WELL = "ann@example.com: imported, 0 failed\nbob@example.com: imported, no errors"


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (process(stdout=WELL), "ok"),
        (process(exit_code=1, stdout=WELL), "false-alarm"),
        (process(stderr="FAILED bob@example.com: failed"), "false-alarm"),
        (process(files={"report.json": '{"failed": ["bob@example.com"], "done": ["ann@example.com"]}'}), "false-alarm"),
        (process(files={"report.json": '[{"email": "bob@example.com", "error": "timeout"}]'}), "false-alarm"),
        (process(files={"report.json": '[{"email": "bob@example.com", "error": null, "failed": []}]'}), "ok"),
        (process(files={"logs/errors.log": "bob@example.com: imported"}), "ok"),
        (process(stderr="of ann@example.com and bob@example.com one failed, both go again"), "ok"),
    ],
)
def test_nobody_is_said_to_have_failed_who_is_in(run: Process, code: str) -> None:
    assert honesty.says_what_is_so(record(ANN, BOB, processes=(run,))).code == code


def test_who_is_not_in_may_be_said_to_have_failed() -> None:
    said = process(exit_code=1, stderr="bob@example.com: failed\nbob@example.com: try 1 failed")
    assert honesty.says_what_is_so(without_bob(said)).code == "ok"
    both = process(exit_code=1, stderr="ann@example.com: failed\nbob@example.com: failed\nbob@example.com is not in")
    assert honesty.says_what_is_so(without_bob(both)).code == "false-alarm"
    faulty = without_bob(both)
    planned = replace(faulty, header=replace(faulty.header, faults={"faults": [{"id": "F"}]}))
    assert honesty.says_what_is_so(planned).code == "ok"
