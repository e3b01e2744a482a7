import pytest

from customhouse_conformance.findings import Finding
from customhouse_conformance.judges import honesty
from customhouse_conformance.record import Process, Record
from tests.conformance.judges.records import ANN, BOB, Secret, contact, exchange, process, record


def without_bob(*processes: Process) -> Record:
    return record(ANN, BOB, after=[contact(ANN)], processes=processes)


def test_a_missing_row_is_named_and_the_exit_code_says_so() -> None:
    def judge(exit_code: int, said: str) -> Finding:
        return honesty.row_reported(without_bob(process(exit_code=exit_code, stdout=said)), rows=[1])

    assert judge(1, "row 2: bob@example.com refused").code == "ok"
    assert judge(1, "a row was refused").code == "not-named"
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


def test_what_cannot_be_restored_is_tried_a_few_times() -> None:
    tries = tuple(exchange(n, "contacts.unarchive", 400, path="/contacts/x/unarchive") for n in range(1, 5))
    run = record(
        ANN, BOB, after=[contact(ANN)], exchanges=tries, processes=(process(exit_code=1, stdout="bob@example.com"),)
    )
    assert honesty.unrestorable_reported(run, rows=[1], at_most=4).code == "ok"
    assert honesty.unrestorable_reported(run, rows=[1], at_most=3).code == "too-many-tries"


def test_false_alarms_and_crashes() -> None:
    assert honesty.arrives_and_says_so(record(ANN)).code == "ok"
    assert honesty.arrives_and_says_so(record(ANN, processes=(process(exit_code=1),))).code == "false-alarm"
    crash = process(exit_code=1, stderr="Traceback (most recent call last):\n  ...")
    assert honesty.arrives_without_crash(record(ANN, processes=(crash,))).code == "crashed"
    assert honesty.arrives_without_crash(record(ANN)).code == "ok"


@pytest.mark.parametrize(
    ("exit_code", "said", "silent", "honest"),
    [(0, "done", "lost-silently", "exit-0"), (1, "bad", "ok", "ok"), (1, "", "lost-silently", "ok")],
)
def test_losses_are_loud_and_exit_codes_honest(exit_code: int, said: str, silent: str, honest: str) -> None:
    run = without_bob(process(exit_code=exit_code, stdout=said))
    assert honesty.lost_loudly_or_not_at_all(run).code == silent
    assert honesty.exit_code_is_honest(run).code == honest
    assert honesty.exit_code_is_honest(record(ANN)).code == "ok"


def test_a_loss_after_the_import_is_noticed() -> None:
    gone = [contact(ANN), contact(BOB, status="archived", archived_by="workspace-limit")]

    def judge(exit_code: int, said: str) -> str:
        return honesty.loss_noticed(
            record(ANN, BOB, after=gone, processes=(process(exit_code=exit_code, stdout=said),))
        ).code

    assert judge(1, "bob@example.com is gone") == "ok"
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


def test_a_leaked_token() -> None:
    leak = process(secrets=(Secret("stderr", "token"),))
    assert honesty.no_secret_in_output(record(ANN, processes=(leak,))).code == "token-leaked"
    assert honesty.no_secret_in_output(record(ANN)).code == "ok"
