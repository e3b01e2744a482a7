"""Known gaps in every report: the same marks and numbers in terminal, results.json, junit.xml and report.html."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Options, Outcome, Task, run_suite
from customhouse_conformance.errors import ManifestError, UsageError
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport
from customhouse_conformance.report.html import HtmlReport
from customhouse_conformance.report.json_report import schema
from tests.conformance.toy import REQUIREMENTS, UNSERVED, ToyProvider, as_callable, register

from .samples import HOSTILE, Outline

BOOK = register(REQUIREMENTS + UNSERVED)
TODAY = date(2026, 11, 22)
LINK = "https://tracker.example/17"
#: What `gives_up` does: PASS, FAIL, PASS, and NOT EXERCISED.
GAPS = (
    Gap("*-01", Kind.KNOWN_FAILING, f"was broken {HOSTILE}"),
    Gap("*-02", Kind.KNOWN_FAILING, "no retry yet", LINK, date(2027, 1, 31)),
    Gap("*-03", Kind.KNOWN_FLAKY, "sometimes silent"),
    Gap("*-04", Kind.SKIP, "never asks for lists"),
)
EXPECTED = {
    "INTERCOM-TOY-01": ("PASS", "stale"),
    "INTERCOM-TOY-02": ("FAIL", "known"),
    "INTERCOM-TOY-03": ("PASS", "flaky"),
    "INTERCOM-TOY-04": ("NOT EXERCISED", "known"),
}


def check(folder: Path, *gaps: Gap) -> tuple[Outcome, str]:
    """Run the toy suite on an importer with gaps, with all reports."""
    terminal = io.StringIO()
    spec = as_callable("gives_up", gaps=gaps)
    views = [
        TerminalReport(Console(file=terminal, width=200)),
        JsonReport(folder / "results.json"),
        JUnitReport(folder / "junit.xml"),
        HtmlReport(folder / "report.html", lambda _provider: BOOK),
    ]
    tasks = [Task(spec, select(spec, BOOK, None), folder / "records")]
    outcome = run_suite(tasks, Options(providers=lambda: [ToyProvider()], jobs=2, today=TODAY), views)
    return outcome, terminal.getvalue()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, str]:
    folder = tmp_path_factory.mktemp("gaps")
    return folder, *check(folder, *GAPS)


def marks(outcome: Outcome) -> dict[str, tuple[str, str | None]]:
    return {one.requirement.id: (one.verdict.value, one.overlay) for one in outcome.results}


def test_the_outcome_and_what_was_not_run(run: tuple[Path, Outcome, str]) -> None:
    folder, outcome, _ = run
    assert marks(outcome) == EXPECTED
    assert outcome.exit_code == 1
    assert sorted(path.stem for path in folder.glob("records/*/*.jsonl")) == ["plain", "refused"]


def test_results_json(run: tuple[Path, Outcome, str]) -> None:
    document = json.loads((run[0] / "results.json").read_text())
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert {row["requirement"]: (row["verdict"], row["overlay"]) for row in document["results"]} == EXPECTED
    assert document["overlays"] == {"known": 2, "flaky": 1, "stale": 1}
    gap = document["results"][1]["gap"]
    assert (gap["pattern"], gap["link"], gap["expires"]) == ("*-02", LINK, "2027-01-31")
    assert document["results"][3]["code"] == "skipped"


def test_junit(run: tuple[Path, Outcome, str]) -> None:
    root = ET.parse(run[0] / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("4", "1", "0", "2")
    found = {}
    for case in root.iter("testcase"):
        facts = {one.get("name"): one.attrib["value"] for one in case.iter("property")}
        kind = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        found[case.attrib["name"]] = (facts["verdict"], facts["gap"])
        if case.attrib["name"] == "INTERCOM-TOY-01":
            assert kind is not None
            assert (kind.tag, kind.get("type")) == ("failure", "stale-gap")
            assert kind.attrib["message"].endswith("but this is PASS: narrow the wildcard of the gap")
        if case.attrib["name"] == "INTERCOM-TOY-02":
            assert kind is not None
            assert (kind.tag, kind.get("message")) == ("skipped", "known-failing: no retry yet")
        if case.attrib["name"] == "INTERCOM-TOY-03":
            assert kind is None
    assert found == EXPECTED


def test_terminal(run: tuple[Path, Outcome, str]) -> None:
    said = run[2]
    assert "gaps: 2 known, 1 flaky, 1 stale" in said
    rows = re.findall(r"^(INTERCOM-TOY-0\d) +(?:MUST|SHOULD) +([A-Z ]+) \((\w+)\)", said, re.MULTILINE)
    assert {id: (verdict, overlay) for id, verdict, overlay in rows} == EXPECTED
    assert f"known-failing: no retry yet {LINK} (holds to the end of 2027-01-31)" in said
    assert said.index("PASS (stale) INTERCOM-TOY-01") < said.index("FAIL (known) INTERCOM-TOY-02")


def test_report_html(run: tuple[Path, Outcome, str]) -> None:
    page = Outline((run[0] / "report.html").read_text("utf-8"))
    cells = [attributes for attributes in page.of("a") if "cell" in attributes.get("class", "").split()]
    assert [(one["data-verdict"], one["data-gap"]) for one in cells] == list(EXPECTED.values())
    numbers = {
        attributes["data-gap"]: int(words)
        for (tag, attributes), words in zip(page.tags, page.words, strict=True)
        if tag == "td" and "data-gap" in attributes
    }
    assert numbers == {"known": 2, "flaky": 1, "stale": 1}
    assert any(attributes.get("name") == "gap" for attributes in page.of("select"))
    assert any(attributes.get("href") == LINK for attributes in page.of("a"))
    assert not page.of("img")  # a reason is text
    assert Counter(attributes.get("class") for attributes in page.of("section"))["gap"] == 4


def test_only_known_gaps_are_conformant_and_say_so(tmp_path: Path) -> None:
    outcome, said = check(tmp_path, *GAPS[1:])
    assert outcome.exit_code == 0
    assert "gives_up: conformant but for 3 known gaps (exit code 0)" in said
    assert "conformant but for 3 known gaps" in (tmp_path / "report.html").read_text("utf-8")
    again = judge_folder(tmp_path, lambda _: BOOK, [], today=date(2027, 2, 1))
    assert again.exit_code == 1
    assert marks(again)["INTERCOM-TOY-02"] == ("FAIL", "stale")


def test_judging_again_takes_the_gaps_of_the_run_or_those_of_today(run: tuple[Path, Outcome, str]) -> None:
    folder, outcome, _ = run
    assert judge_folder(folder, lambda _: BOOK, [], today=TODAY).results == outcome.results
    now = (Gap("*-02", Kind.KNOWN_FLAKY, "worse than thought"),)
    again = judge_folder(folder, lambda _: BOOK, [], lambda *_: now, TODAY)
    assert marks(again) == {
        "INTERCOM-TOY-01": ("PASS", None),
        "INTERCOM-TOY-02": ("FAIL", "flaky"),
        "INTERCOM-TOY-03": ("PASS", None),
        "INTERCOM-TOY-04": ("NOT EXERCISED", "known"),  # there is no record to judge
    }
    with pytest.raises(ManifestError, match="matches no requirement"):
        judge_folder(folder, lambda _: BOOK, [], lambda *_: (Gap("NO-*", Kind.SKIP, "x"),), TODAY)


def test_a_stored_day_that_is_none_is_said_in_words(tmp_path: Path) -> None:
    check(tmp_path, GAPS[1])
    text = (tmp_path / "results.json").read_text()
    (tmp_path / "results.json").write_text(text.replace("2027-01-31", "2027-02-31"))
    with pytest.raises(UsageError, match="results/gap/expires"):
        judge_folder(tmp_path, lambda _: BOOK, [])
