"""`junit.xml`: every verdict, level and gap becomes the element by which readers count it."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xmlschema

from customhouse_conformance.events import RequirementJudged, ScenarioFinished, SuiteFinished, SuiteStarted
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.report import JUnitReport
from customhouse_conformance.results import Result, count, lay_over
from tests.conformance.toy import register

from .samples import hostile, result

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
KNOWN = Gap("*", Kind.KNOWN_FAILING, "no retry yet")
FLAKY = Gap("*", Kind.KNOWN_FLAKY, "the disk is slow")
SKIP = Gap("*", Kind.SKIP, "takes an hour")
EXPIRED = replace(KNOWN, expires=date(2026, 1, 1))
MUST, SHOULD = "INTERCOM-TOY-01", "INTERCOM-TOY-03"

MAPPING = [
    (Verdict.PASS, MUST, None, None, None),
    (Verdict.WARN, SHOULD, None, None, None),
    (Verdict.FAIL, MUST, None, "failure", "lost-rows"),
    (Verdict.ERROR, MUST, None, "error", "lost-rows"),
    (Verdict.UNTESTABLE, MUST, None, "error", "lost-rows"),
    (Verdict.NOT_APPLICABLE, MUST, None, "skipped", None),
    (Verdict.NOT_EXERCISED, MUST, None, "failure", "lost-rows"),
    (Verdict.NOT_EXERCISED, SHOULD, None, "skipped", None),
    (Verdict.FAIL, MUST, KNOWN, "skipped", None),
    (Verdict.NOT_EXERCISED, MUST, SKIP, "skipped", None),
    (Verdict.FAIL, MUST, FLAKY, "skipped", None),
    (Verdict.PASS, MUST, FLAKY, None, None),
    (Verdict.PASS, MUST, KNOWN, "failure", "stale-gap"),
    (Verdict.FAIL, MUST, EXPIRED, "failure", "stale-gap"),
    (Verdict.ERROR, MUST, KNOWN, "error", "lost-rows"),
]


def written(folder: Path, results: list[Result]) -> ET.Element:
    """The document, as a reader finds it."""
    view = JUnitReport(folder / "junit.xml")
    names = tuple(dict.fromkeys(one.importer for one in results))
    view.handle(SuiteStarted("0.1.0", names, ("intercom",), len(results), 1, 0, 1, None))
    view.handle(ScenarioFinished(names[0], "intercom", "plain", 1234.5678, None, None))
    for one in results:
        view.handle(RequirementJudged(one))
    view.handle(SuiteFinished(1234.5678, count(results), 1))
    return ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves


def judged(verdict: Verdict, id: str, gap: Gap | None, importer: str = "acme") -> Result:
    return lay_over(result(importer, register(), id, verdict), gap, date(2026, 11, 22))


@pytest.mark.parametrize(("verdict", "id", "gap", "tag", "type"), MAPPING)
def test_each_outcome_has_its_element(
    verdict: Verdict, id: str, gap: Gap | None, tag: str | None, type: str | None, tmp_path: Path
) -> None:
    root = written(tmp_path, [judged(verdict, id, gap)])
    SCHEMA.validate(root)
    (case,) = root.iter("testcase")
    assert (case.get("name"), case.get("classname")) == (id, "intercom")
    told = [child for child in case if child.tag in ("failure", "error", "skipped")]
    assert [child.tag for child in told] == ([tag] if tag else [])
    assert all(child.get("message") and child.get("type") == type for child in told)
    facts = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
    assert facts["verdict"] == verdict
    assert facts["level"] == ("MUST" if id == MUST else "SHOULD")
    assert facts["source"] in ("https://example.com/toy", "ours")
    assert (case.find("system-out") is not None) == (verdict is Verdict.WARN)


def test_what_is_counted_is_what_is_there(tmp_path: Path) -> None:
    results = [judged(verdict, id, gap, f"importer {n}") for n, (verdict, id, gap, *_) in enumerate(MAPPING)]
    root = written(tmp_path, results)
    SCHEMA.validate(root)
    for element in (root, *root.iter("testsuite")):
        there = Counter(child.tag for case in element.iter("testcase") for child in case)
        counted = {name: int(element.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
        assert counted == {
            "tests": len(list(element.iter("testcase"))),
            "failures": there["failure"],
            "errors": there["error"],
            "skipped": there["skipped"],
        }
    assert int(root.attrib["tests"]) == len(MAPPING)


def test_what_others_say_breaks_nothing(tmp_path: Path) -> None:
    results, _, _ = hostile()
    SCHEMA.validate(written(tmp_path, results))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('failures="1"', ""),
        ('failures="1"', 'failures="one"'),
        ("<failure ", "<fail "),
        ('classname="intercom"', ""),
        ("</failure>", "</failure><error message='m' type='t'/>"),
    ],
)
def test_the_schema_notices(old: str, new: str, tmp_path: Path) -> None:
    written(tmp_path, [judged(Verdict.FAIL, MUST, None)])
    text = (tmp_path / "junit.xml").read_text()
    assert old in text
    broken = text.replace(old, new).replace("</failure>" if "<fail " in new else "\0", "</fail>")
    assert not SCHEMA.is_valid(ET.fromstring(broken))  # noqa: S314 - we wrote it ourselves
