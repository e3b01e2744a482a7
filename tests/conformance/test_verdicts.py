"""The rules that hold for every requirement, on records written by hand."""

from dataclasses import replace
from typing import Any

import pytest

from customhouse_conformance.facts import Served
from customhouse_conformance.findings import Evidence, Finding, Unseen, Verdict, failed
from customhouse_conformance.register import Register
from customhouse_conformance.registry import Vocabulary
from customhouse_conformance.results import Repeat, count, judge_requirement
from customhouse_conformance.verdicts import NoRecord, combine, exit_code, judge_record

from .records import header, process, record
from .toy import REQUIREMENTS, SCENARIOS, WORDS, register

PASS, FAIL, WARN = Verdict.PASS, Verdict.FAIL, Verdict.WARN
NOT_EXERCISED, UNTESTABLE, ERROR = Verdict.NOT_EXERCISED, Verdict.UNTESTABLE, Verdict.ERROR


def judged(one: Any, text: str = REQUIREMENTS) -> Finding:
    """TOY-01 about one record."""
    return judge_record(register(text).requirements[0], one, WORDS)


def test_the_judge_decides_when_nothing_else_does() -> None:
    assert judged(record()).verdict is PASS
    lost = judged(record(states=()))
    assert (lost.verdict, lost.code, lost.evidence.rows) == (FAIL, "lost-rows", (0,))


def test_no_witness_is_not_a_pass() -> None:
    finding = judged(record(exchanges=()))
    assert (finding.verdict, finding.code) == (NOT_EXERCISED, "no-witness")
    assert finding.message == "never seen: saw requests"


def test_a_witness_says_why_it_saw_nothing_and_how_to_be_spared() -> None:
    toy = register(REQUIREMENTS)
    row = replace(toy.requirements[0], capability="retries")
    words = Vocabulary()
    words.witnesses.add(row.witness.name, lambda *_, **__: Unseen("2 of 9 came"))
    for claimed, spared in [(("retries", "leads"), '["leads"]'), (None, "[…]"), (("retries",), "[]")]:
        finding = judge_record(row, record(header=header(capabilities=claimed)), words)
        assert (finding.verdict, finding.code) == (NOT_EXERCISED, "no-witness")
        assert finding.message == (
            f'2 of 9 came; if it is not meant to, say so in the manifest: capabilities = {spared}, without "retries"'
        )
    assert judge_record(toy.requirements[0], record(), words).message == "2 of 9 came"


def test_what_the_source_has_no_room_for_is_not_applicable() -> None:
    row = register(REQUIREMENTS).requirements[0]
    words = Vocabulary()
    words.witnesses.add(row.witness.name, lambda *_, **__: Unseen("no such column", applies=False))
    finding = judge_record(row, record(), words)
    assert (finding.verdict, finding.message) == (Verdict.NOT_APPLICABLE, "no such column")


def test_a_stop_by_the_clock_says_what_to_do() -> None:
    slow = process(ended_by="time-ceiling", duration_s=20.02, exit_code=-9)
    assert judged(record(processes=(slow,))).message == (
        "the first run was stopped after 20 s by the time ceiling; timeout_s in the manifest gives it more"
    )


@pytest.mark.parametrize(
    ("claimed", "sent", "warned"), [("webhooks", False, True), ("webhooks", True, False), ("types", False, False)]
)
def test_who_waits_for_a_webhook_that_never_comes_is_told_so(claimed: str, sent: bool, warned: bool) -> None:
    slow = process(ended_by="time-ceiling", duration_s=20.0, exit_code=-9)
    told = header(capabilities=(claimed,), told={"webhooks": sent})
    message = judged(record(header=told, processes=(slow,))).message
    assert ("this scenario sends no webhook, so ask as well" in message) is warned


@pytest.mark.parametrize("ending", ["request-ceiling", "time-ceiling"])
def test_a_pass_of_a_run_that_never_ended_is_a_failure(ending: str) -> None:
    finding = judged(record(processes=(process(ended_by=ending),)))
    assert (finding.verdict, finding.code) == (FAIL, "never-ended")
    assert judged(record(processes=(process(ended_by=ending),), states=())).code == "never-ended"
    assert judged(record(processes=(process(ended_by="killed-by-plan"),))).verdict is PASS


@pytest.mark.parametrize(
    ("code", "told"), [("not-said", "never-ended"), ("not-named", "never-ended"), ("invented", "invented")]
)
def test_of_a_run_that_never_ended_only_what_it_did_is_held_against_it(code: str, told: str) -> None:
    row, words = register(REQUIREMENTS).requirements[0], Vocabulary()
    words.witnesses.add(row.witness.name, lambda *_, **__: Evidence())
    words.judges.add(row.judge.name, lambda *_, **__: failed(code, "as it is"))
    stopped = record(processes=(process(ended_by="time-ceiling"),))
    assert judge_record(row, stopped, words).code == told
    assert judge_record(row, record(), words).code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_code": 127, "first_exchange": None, "stderr": "sh: acme: not found"},
        {"exit_code": 126, "first_exchange": None},
        {"exit_code": None, "start_error": "no such program"},
    ],
)
def test_what_did_not_start_is_untestable(changes: dict[str, Any]) -> None:
    finding = judged(record(processes=(process(**changes),), exchanges=()))
    assert (finding.verdict, finding.code) == (UNTESTABLE, "not-started")


def test_what_was_said_last_tells_why_it_did_not_start() -> None:
    traceback = (
        "Traceback (most recent call last):\n" + "  File ...\n" * 99 + "ModuleNotFoundError: No module named 'acme'\n"
    )
    finding = judged(record(processes=(process(exit_code=127, first_exchange=None, stderr=traceback),)))
    assert finding.message.endswith("before any request, last said: ModuleNotFoundError: No module named 'acme'")


def test_an_exit_code_of_127_after_a_request_is_the_importers_own() -> None:
    assert judged(record(processes=(process(exit_code=127),))).verdict is PASS


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (NoRecord("harness-fault", "boom"), "harness-fault"),
        (record(served=Served({}, 0, False)), "journal-evicted"),
        (record(served=Served({}, 0, True, ("schema: bad",))), "fake-failed"),
    ],
)
def test_our_own_trouble_is_an_error(one: Any, code: str) -> None:
    finding = judged(one)
    assert (finding.verdict, finding.code) == (ERROR, code)


def test_a_judge_that_raises_is_an_error() -> None:
    text = REQUIREMENTS.replace('{name = "rows_arrive", fields = ["name", "email"]}', '"raises"')
    finding = judged(record(), text)
    assert (finding.verdict, finding.code) == (ERROR, "judge-raised")
    assert "ValueError: a bug of the judge" in finding.message


@pytest.mark.parametrize(
    ("level", "verdicts", "expected"),
    [
        ("MUST", [PASS, PASS], PASS),
        ("MUST", [PASS, NOT_EXERCISED], NOT_EXERCISED),
        ("MUST", [NOT_EXERCISED, UNTESTABLE], UNTESTABLE),
        ("MUST", [UNTESTABLE, FAIL], FAIL),
        ("MUST", [FAIL, ERROR], ERROR),
        ("SHOULD", [PASS, FAIL], WARN),
        ("MAY", [FAIL], WARN),
        ("SHOULD", [ERROR, FAIL], ERROR),
        ("MUST", [], NOT_EXERCISED),
    ],
)
def test_the_worst_scenario_wins_and_the_level_names_a_failure(
    level: str, verdicts: list[Verdict], expected: Verdict
) -> None:
    assert combine(level, [Finding(verdict, "x", "") for verdict in verdicts]) is expected


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("MUST", PASS)], 0),
        ([("MUST", PASS), ("SHOULD", WARN)], 0),
        ([("SHOULD", WARN)], 0),
        ([("MUST", PASS), ("MUST", Verdict.NOT_APPLICABLE)], 0),
        ([("MUST", PASS), ("SHOULD", NOT_EXERCISED)], 0),
        ([("MUST", PASS), ("MUST", FAIL)], 1),
        ([("MUST", UNTESTABLE), ("MUST", FAIL)], 1),
        ([("MUST", PASS), ("MUST", NOT_EXERCISED)], 3),
        ([("MUST", PASS), ("SHOULD", UNTESTABLE)], 3),
        ([("MUST", Verdict.NOT_APPLICABLE)], 3),
        ([("SHOULD", NOT_EXERCISED)], 3),
        ([], 3),
        ([("MUST", ERROR), ("MUST", FAIL)], 4),
    ],
)
def test_exit_codes(pairs: list[tuple[str, Verdict]], expected: int) -> None:
    assert exit_code(pairs) == expected


def result_of(toy: Register, index: int, **given: Any) -> Any:
    arguments: dict[str, Any] = {"capabilities": None, "records": {}, **given}
    return judge_requirement(toy.requirements[index], toy, "acme", repeat=Repeat(3, "a b.toml"), **arguments)


def test_a_capability_that_is_not_claimed_is_not_applicable() -> None:
    result = result_of(register(), 1, capabilities=["other"])
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "'leads'" in result.decisive.finding.message
    assert result_of(register(), 1, capabilities=["leads"]).verdict is ERROR


def test_a_scenario_whose_need_is_not_claimed_is_left_out() -> None:
    toy = register(scenarios=SCENARIOS.replace('id = "refused"', 'id = "refused"\nneeds = ["x"]'))
    found = {"plain": record()}
    result = result_of(toy, 2, capabilities=["leads"], records=found)
    assert [one.finding.verdict for one in result.findings] == [PASS, Verdict.NOT_APPLICABLE]
    assert result.verdict is PASS


def test_a_missing_record_is_an_error_and_the_command_repeats_it() -> None:
    result = result_of(register(), 0)
    assert (result.verdict, result.decisive.finding.code) == (ERROR, "no-record")
    expected = "customhouse check acme --provider intercom --only INTERCOM-TOY-01 --seed 3 --manifest 'a b.toml'"
    assert result.repeat == expected
    assert count([result])["ERROR"] == 1
