"""The same truth in four formats: what terminal, results.json, junit.xml and report.html say is read back and equal."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport
from customhouse_conformance.report.html import HtmlReport
from customhouse_conformance.report.junit import outcome as outcome_of
from tests.conformance.toy import REQUIREMENTS, UNSERVED, ToyProvider, as_callable, register

from .samples import Outline


@pytest.mark.parametrize("names", [("gives_up",), ("good", "silent", "do_nothing")], ids=["one", "several"])
def test_counts_are_equal_in_all_four(names: tuple[str, ...], tmp_path: Path) -> None:
    terminal = io.StringIO()
    book = register(REQUIREMENTS + UNSERVED)
    specs = [as_callable(name, capabilities=()) for name in names]
    tasks = [Task(spec, select(spec, book, None), tmp_path / "records" / spec.name) for spec in specs]
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(tmp_path / "results.json"),
        JUnitReport(tmp_path / "junit.xml"),
        HtmlReport(tmp_path / "report.html", lambda _provider: book),
    ]
    outcome = run_suite(tasks, Options(providers=lambda: [ToyProvider()], jobs=2), views)
    expected = Counter((one.importer, one.requirement.id, one.verdict.value) for one in outcome.results)
    totals = Counter(verdict for _, _, verdict in expected)
    assert len(totals) >= 3 - (len(names) == 1)

    document = json.loads((tmp_path / "results.json").read_text())
    assert Counter((row["importer"], row["requirement"], row["verdict"]) for row in document["results"]) == expected
    assert {word: number for word, number in document["counts"].items() if number} == totals

    root = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves
    assert _junit(root) == expected
    becomes = Counter(outcome_of(one) for one in outcome.results)
    numbers = {name: int(root.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert numbers == {
        "tests": len(outcome.results),
        "failures": becomes["failure"],
        "errors": becomes["error"],
        "skipped": becomes["skipped"],
    }

    summary = re.search(r"^4 requirements(?: × \d importers)?: (.*)$", terminal.getvalue(), re.MULTILINE)
    assert summary is not None
    assert {word: int(number) for number, word in re.findall(r"(\d+) ([A-Z ]+)", summary[1])} == totals

    page = Outline((tmp_path / "report.html").read_text("utf-8"))
    assert _cells(page, names) == expected
    table = {
        attributes["data-verdict"]: int(words)
        for (tag, attributes), words in zip(page.tags, page.words, strict=True)
        if tag == "td" and "data-verdict" in attributes
    }
    assert table == document["counts"]


def _junit(root: ET.Element) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for suite in root:
        for case in suite.iter("testcase"):
            verdict = next(one.attrib["value"] for one in case.iter("property") if one.get("name") == "verdict")
            found[suite.attrib["name"].removesuffix(".intercom"), case.attrib["name"], verdict] += 1
    return found


def _cells(page: Outline, names: tuple[str, ...]) -> Counter[tuple[str, str, str]]:
    """The matrix as a reader sees it: which requirement a row is of, which importer and verdict a cell shows."""
    found: Counter[tuple[str, str, str]] = Counter()
    requirement = importer = ""
    for (tag, attributes), words in zip(page.tags, page.words, strict=True):
        if attributes.get("class") == "id" and words.startswith("INTERCOM-TOY"):
            requirement = words.strip()
        elif attributes.get("class") == "for":
            importer = words.strip()
        elif tag == "b" and words.strip() and importer in names and attributes == {}:
            found[importer, requirement, words.strip()] += 1
            importer = ""
    return found
