"""The test of the test: a toy register, run, reported three ways, and judged again."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Options, Outcome, Task, run_suite
from customhouse_conformance.errors import SelectionError, UsageError
from customhouse_conformance.events import Event, ScenarioStarted
from customhouse_conformance.findings import Verdict
from customhouse_conformance.report.json_report import schema

from .suites import suite
from .toy import REQUIREMENTS, SCENARIOS, UNSERVED, ToyProvider, as_callable, as_command, register


def junit(folder: Path) -> ET.Element:
    return ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {result.requirement.id[-2:]: result.verdict.value for result in outcome.results}


@pytest.mark.parametrize(
    ("name", "expected", "code"),
    [
        ("good", {"01": "PASS", "02": "PASS", "03": "PASS"}, 0),
        ("silent", {"01": "PASS", "02": "PASS", "03": "WARN"}, 0),
        ("gives_up", {"01": "PASS", "02": "FAIL", "03": "PASS"}, 1),
        ("do_nothing", {"01": "NOT EXERCISED", "02": "NOT EXERCISED", "03": "NOT EXERCISED"}, 3),
        ("crash_at_once", {"01": "NOT EXERCISED", "02": "NOT EXERCISED", "03": "NOT EXERCISED"}, 3),
        ("retry_for_ever", {"01": "FAIL", "02": "FAIL", "03": "WARN"}, 1),
    ],
)
def test_what_each_importer_comes_to(name: str, expected: dict[str, str], code: int, tmp_path: Path) -> None:
    outcome, _ = suite(as_callable(name), tmp_path, jobs=2)
    assert verdicts(outcome) == expected
    assert outcome.exit_code == code


def test_a_stimulus_that_is_never_served_is_not_exercised(tmp_path: Path) -> None:
    outcome, shown = suite(as_command("good"), tmp_path, REQUIREMENTS + UNSERVED, only="intercom-toy-04")
    assert verdicts(outcome) == {"04": "NOT EXERCISED"}
    assert outcome.exit_code == 3
    assert "never seen: saw fault (id: F1). Scenario: A fault that nothing ever meets." in " ".join(shown.split())


def test_the_report_says_where_an_exchange_can_be_read(tmp_path: Path) -> None:
    _, shown = suite(as_callable("silent"), tmp_path)
    (line,) = re.findall(r'exchange #1 is the line with ("kind": "exchange", "n": 1) in (.+)/SCENARIO.jsonl', shown)
    assert line[0] in Path(line[1], "plain.jsonl").read_text("utf-8")


def test_a_failure_reads_required_seen_ended_repeat(tmp_path: Path) -> None:
    _, shown = suite(as_callable("gives_up"), tmp_path)
    failure = shown.index("FAIL INTERCOM-TOY-02")
    assert "is the line with" not in shown  # its evidence is rows
    required, seen, ended, to_do, repeat = [line.strip() for line in shown[failure:].splitlines()[1:6]]
    assert re.fullmatch(r"ended    first run: exit code 0 after \d+\.\d s, (last said: .+|said nothing)", ended)
    assert to_do.startswith("to do    Follow one of the rows named here: its POST /contacts must end in 200")
    assert [required, seen, repeat] == [
        "required A refusal loses no row. [MUST, inferred: ours]",
        "seen     2 of 3 rows are not there (lost-rows; scenario refused, row #1, #2)",
        "repeat   customhouse check gives_up --provider intercom --only INTERCOM-TOY-02",
    ]
    assert failure < shown.index("requirement     ")


@pytest.mark.parametrize("name", ["good", "silent", "gives_up", "do_nothing", "retry_for_ever"])
def test_counts_agree_in_all_reports(name: str, tmp_path: Path) -> None:
    spec = as_callable(name, capabilities=())
    outcome, shown = suite(spec, tmp_path, REQUIREMENTS + UNSERVED)
    expected = Counter(result.verdict.value for result in outcome.results)
    assert expected["NOT APPLICABLE"] == 1

    document = json.loads((tmp_path / "results.json").read_text())
    assert Counter(row["verdict"] for row in document["results"]) == expected
    assert {word: number for word, number in document["counts"].items() if number} == dict(expected)
    assert document["exit_code"] == outcome.exit_code

    summary = re.search(r"^4 requirements: (.*)$", shown, re.MULTILINE)
    assert summary is not None
    assert {word: int(number) for number, word in re.findall(r"(\d+) ([A-Z ]+)", summary[1])} == dict(expected)
    table = re.findall(r"^(INTERCOM-TOY-\d\d)\s+(?:MUST|SHOULD|MAY)\s+([A-Z]+(?: [A-Z]+)?)\b", shown, re.MULTILINE)
    assert Counter(verdict for _, verdict in table) == expected

    root = junit(tmp_path)
    assert Counter(_property(case, "verdict") for case in root.iter("testcase")) == expected


def test_junit_follows_the_mapping(tmp_path: Path) -> None:
    suite(as_callable("silent"), tmp_path, REQUIREMENTS + UNSERVED)
    root = junit(tmp_path)
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert {case.get("classname") for case in cases.values()} == {"intercom"}
    assert _kinds(cases["INTERCOM-TOY-01"]) == ["properties"]
    assert _kinds(cases["INTERCOM-TOY-03"]) == ["properties", "system-out"]
    assert _kinds(cases["INTERCOM-TOY-04"]) == ["properties", "failure"]
    assert _property(cases["INTERCOM-TOY-01"], "source") == "https://example.com/toy"
    warned = cases["INTERCOM-TOY-03"].findtext("system-out") or ""
    assert "no output names the number of rows \ufffd" in warned
    for element in (root, *root.iter("testsuite")):
        counted = {name: len(list(element.iter(kind))) for name, kind in _COUNTED.items()}
        assert {name: int(element.attrib[name]) for name in _COUNTED} == counted


_COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


@pytest.mark.parametrize(
    ("name", "capabilities", "id", "kind"),
    [
        ("gives_up", None, "02", "failure"),
        ("good", (), "02", "skipped"),
        ("do_nothing", None, "01", "failure"),
        ("do_nothing", None, "03", "skipped"),
        ("nowhere", None, "01", "error"),
    ],
)
def test_junit_knows_all_outcomes(
    name: str, capabilities: tuple[str, ...] | None, id: str, kind: str, tmp_path: Path
) -> None:
    suite(as_callable(name, capabilities=capabilities), tmp_path, only=f"*-{id}")
    (case,) = junit(tmp_path).iter("testcase")
    assert _kinds(case) == ["properties", kind]


def test_results_json_follows_its_schema(tmp_path: Path) -> None:
    suite(as_callable("gives_up", capabilities=()), tmp_path, REQUIREMENTS + UNSERVED)
    document = json.loads((tmp_path / "results.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "results": [{**document["results"][0], "verdict": "OK"}]}, schema())


def test_judging_again_gives_the_same_verdicts(tmp_path: Path) -> None:
    for name in ("gives_up", "retry_for_ever", "do_nothing"):
        spec = as_callable(name, capabilities=())
        outcome, _ = suite(spec, tmp_path / name, REQUIREMENTS + UNSERVED, only="*-0[123]")
        again = judge_folder(tmp_path / name, lambda _: register(REQUIREMENTS + UNSERVED), [])
        assert again == outcome


def test_judging_without_results_takes_what_the_records_allow(tmp_path: Path) -> None:
    suite(as_callable("good"), tmp_path, only="*-01")
    (tmp_path / "results.json").unlink()
    again = judge_folder(tmp_path, lambda _: register(), [])
    assert verdicts(again) == {"01": "PASS", "03": "ERROR"}


def test_a_cut_record_is_an_error_and_none_at_all_a_wrong_folder(tmp_path: Path) -> None:
    suite(as_callable("good"), tmp_path)
    path = tmp_path / "records" / "intercom" / "refused.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    again = judge_folder(tmp_path, lambda _: register(), [])
    assert verdicts(again) == {"01": "PASS", "02": "ERROR", "03": "ERROR"}
    assert again.results[1].decisive.finding.code == "record-unreadable"
    with pytest.raises(UsageError, match="holds no readable record"):
        judge_folder(tmp_path / "records", lambda _: register(), [])


def test_a_selection_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="'--only INTERCOM-X-\\*' matches no requirement"):
        suite(as_callable("good"), tmp_path, only="INTERCOM-X-*")


def test_a_scenario_that_cannot_be_run_costs_only_its_requirements(tmp_path: Path) -> None:
    broken = SCENARIOS.replace('id = "F1", operation = "contacts.create"', 'id = "F1", operation = "contacts.greet"')
    spec = as_callable("good")
    options = Options(providers=lambda: [ToyProvider()])
    outcome = run_suite([Task(spec, select(spec, register(scenarios=broken), None))], options, [])
    assert verdicts(outcome) == {"01": "PASS", "02": "ERROR", "03": "ERROR"}
    assert "the fake refuses the fault plan" in outcome.results[1].decisive.finding.message
    assert outcome.exit_code == 4


def test_a_fake_that_breaks_its_own_schema_is_our_error(tmp_path: Path) -> None:
    bad = '{name = "inline", rows = [{external_id = "1", name = "schema-bug", email = "e"}]}'
    text = SCENARIOS.replace('{name = "people", count = 3, attributes = false}', bad, 1)
    spec = as_callable("good")
    options = Options(providers=lambda: [ToyProvider()])
    outcome = run_suite([Task(spec, select(spec, register(scenarios=text), "*-01"))], options, [])
    (result,) = outcome.results
    assert (result.verdict, result.decisive.finding.code) == (Verdict.ERROR, "fake-failed")


def _property(case: ET.Element, name: str) -> str | None:
    return next((one.get("value") for one in case.iter("property") if one.get("name") == name), None)


def _kinds(case: ET.Element) -> list[str]:
    return [child.tag for child in case]


class Interrupting:
    """A view that interrupts the run when its second scenario starts."""

    def __init__(self) -> None:
        self.started = 0

    def handle(self, event: Event) -> None:
        if isinstance(event, ScenarioStarted):
            self.started += 1
            if self.started == 2:
                raise KeyboardInterrupt


def test_an_interrupted_suite_waits_for_no_importer() -> None:
    patient = SCENARIOS.replace("seconds = 60", "seconds = 600")
    spec = as_callable("hangs")
    task = Task(spec, select(spec, register(scenarios=patient), None))
    with pytest.raises(KeyboardInterrupt):
        run_suite([task], Options(providers=lambda: [ToyProvider()], jobs=2), [Interrupting()])
