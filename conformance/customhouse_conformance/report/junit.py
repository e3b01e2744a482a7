"""`junit.xml`: one suite per importer and provider, one case per requirement.

The mapping: FAIL → failure; ERROR and UNTESTABLE → error; NOT APPLICABLE → skipped; NOT EXERCISED → failure of a
MUST, skipped otherwise; WARN → passed, with its text as output. A gap that is known → skipped, with its reason, as is
one that is flaky and not a PASS; a stale one → failure. The verdict itself is a property of the case, as is the gap.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from customhouse_conformance.events import SuiteFinished, SuiteStarted
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Overlay
from customhouse_conformance.report.collecting import CollectingView, write_whole
from customhouse_conformance.report.words import explain
from customhouse_conformance.results import Result

#: Characters that XML 1.0 cannot hold.
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_OUTCOME: dict[Verdict, str | None] = {
    Verdict.PASS: None,
    Verdict.WARN: None,
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.UNTESTABLE: "error",
    Verdict.NOT_APPLICABLE: "skipped",
}


def outcome(result: Result) -> str | None:
    """The JUnit element that a result becomes, None for a pass."""
    if result.overlay is Overlay.STALE:
        return "failure"
    if result.overlay is Overlay.KNOWN or (result.overlay is Overlay.FLAKY and result.verdict is not Verdict.PASS):
        return "skipped"
    if result.verdict is Verdict.NOT_EXERCISED:
        return "failure" if result.requirement.level == "MUST" else "skipped"
    return _OUTCOME[result.verdict]


class JUnitReport(CollectingView):
    """Writes `junit.xml`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write the document."""
        root = self.document(started, finished)
        ET.indent(root)
        write_whole(self._path, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")

    def document(self, started: SuiteStarted, finished: SuiteFinished) -> ET.Element:
        """The whole tree."""
        name = _clean(f"customhouse {started.importer}")
        root = ET.Element("testsuites", name=name, time=f"{finished.duration_s:.3f}")
        _count(root, self.results)
        for pair in dict.fromkeys((result.importer, result.provider) for result in self.results):
            mine = [result for result in self.results if (result.importer, result.provider) == pair]
            took = sum(one.duration_s for one in self.scenarios if (one.importer, one.provider) == pair)
            suite = ET.SubElement(root, "testsuite", name=_clean(".".join(pair)), time=f"{took:.3f}")
            _count(suite, mine)
            _properties(suite, {"suite": started.suite, "seed": str(started.seed)})
            for result in mine:
                suite.append(_case(result))
        return root


def _count(element: ET.Element, results: list[Result]) -> None:
    kinds = [outcome(result) for result in results]
    element.set("tests", str(len(results)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(kinds.count(kind)))


def _case(result: Result) -> ET.Element:
    row = result.requirement
    finding = result.decisive.finding
    case = ET.Element("testcase", name=row.id, classname=result.provider, time="0")
    facts = {"verdict": result.verdict.value, "level": row.level, "class": row.kind, "code": finding.code}
    if result.mark:
        facts["gap"] = result.mark.overlay.value
    _properties(
        case, facts | {"source": row.source, "provenance": row.provenance, "scenarios": " ".join(row.scenarios)}
    )
    kind = outcome(result)
    if kind is not None:
        element = ET.SubElement(case, kind, message=_clean(result.mark.says if result.mark else finding.message))
        if kind != "skipped":
            element.set("type", "stale-gap" if result.overlay is Overlay.STALE else _clean(finding.code))
        element.text = _clean(explain(result))
    elif result.verdict is Verdict.WARN:
        ET.SubElement(case, "system-out").text = _clean(f"WARN\n{explain(result)}")
    return case


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    element = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(element, "property", name=name, value=_clean(value))


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("\ufffd", text)
