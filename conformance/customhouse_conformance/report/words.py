"""How a result reads: required → seen → to do → repeat. The same words in every report."""

from collections.abc import Mapping, Sequence

from customhouse_conformance.controls import printable
from customhouse_conformance.findings import Evidence, Verdict
from customhouse_conformance.gaps import Mark, Overlay
from customhouse_conformance.results import Result
from customhouse_conformance.smallest import Smallest

SHOWN = 12

#: Of a source, so many lines, and so much of each.
LINES, COLUMNS = 6, 160

#: What somebody has to look into, and how one and several of it are called.
ASKING = (
    (Verdict.ERROR, "harness fault", "harness faults"),
    (Verdict.FAIL, "failure", "failures"),
    (Verdict.UNTESTABLE, "untestable", "untestable"),
    (Verdict.NOT_EXERCISED, "not exercised", "not exercised"),
    (Verdict.WARN, "warning", "warnings"),
)

CONCLUSIONS = {
    0: "conformant",
    1: "not conformant",
    3: "could not be judged",
    4: "the harness failed: this says nothing about the importer",
}


def conclusion(exit_code: int, overlays: Mapping[str, int], asked: int, whole: int) -> str:
    """What a run came to; neither gaps that are known or flaky nor what was not asked hide behind the word conformant.

    `asked`: how many requirements were; `whole`: how many there are.
    """
    said = CONCLUSIONS.get(exit_code, "judged")
    if exit_code == 0:
        told = overlays.get("known", 0) + overlays.get("flaky", 0)
        said += f" in the {asked} of {whole} asked" if asked < whole else ""
        said += f" but for {many(told, 'known gap')}" if told else ""
    return said


def matters(results: Sequence[Result]) -> str:
    """What of one importer's results asks for a hand, worst first, in a sentence; what is known comes last."""
    said = []
    for verdict, one, several in ASKING:
        found = [result for result in results if result.standing is verdict and not result.excused]
        if found:
            first = f", first {found[0].requirement.id}" if len(found) > 1 else f": {found[0].requirement.id}"
            said.append(f"{len(found)} {one if len(found) == 1 else several}{first}")
    for overlay in (Overlay.KNOWN, Overlay.FLAKY):
        if number := sum(result.overlay is overlay for result in results):
            said.append(many(number, f"{overlay} gap"))
    return "; ".join(said) or "nothing to mend"


def many(number: int, word: str) -> str:
    """`1 requirement`, `2 requirements`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def gap(mark: Mark) -> str:
    """A gap in a line: what it says of the verdict, where more is told, and its last day."""
    link = f" {mark.gap.link}" if mark.gap.link else ""
    day = f" (holds to the end of {mark.gap.expires})" if mark.gap.expires and mark.overlay != "stale" else ""
    return f"{mark.says}{link}{day}"


def explain(result: Result) -> str:
    """Several lines about one result."""
    return "\n".join(f"{label:<9}{text}" for label, text in parts(result))


def parts(result: Result) -> list[tuple[str, str]]:
    """Labelled lines: what was required; what was seen and how the runs ended, for each scenario that is not fine; what
    to do; how to repeat it, and with which source; before all that the gap, if the manifest tells of one."""
    row = result.requirement
    lines = [("gap", gap(result.mark))] if result.mark else []
    lines += [("required", f"{row.text} [{row.level}, {row.provenance}: {row.source}]")]
    worst = result.decisive.finding.verdict
    for one in result.findings:
        if one.finding.verdict is worst:
            place = where(one.finding.evidence)
            lines.append(("seen", f"{one.finding.message} ({one.finding.code}; scenario {one.scenario}{place})"))
            lines += [("ended", how) for how in one.ended]
    if result.advice:
        lines.append(("to do", result.advice))
    if result.smallest:
        lines.append(("smallest", f"{result.smallest.note}{_kept(result.smallest)}"))
    lines.append(("repeat", result.repeat))
    return [(label, printable(text)) for label, text in lines]


def _kept(smallest: Smallest) -> str:
    return f": {', '.join(smallest.files)}" if smallest.files else ""


def where(evidence: Evidence) -> str:
    """Exchange numbers and rows, shortened."""
    exchanges = f", exchange {_some(evidence.exchanges)}" if evidence.exchanges else ""
    rows = f", row {_some(tuple(row + 1 for row in evidence.rows))}" if evidence.rows else ""
    return exchanges + rows


def _some(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:SHOWN])
    return f"{shown} and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else shown


def shrinking(failures: int, scenarios: int, seconds: float) -> str:
    """What is to be done now, and for how long."""
    of = f"{many(failures, 'failure')} of {many(scenarios, 'scenario')}"
    return f"looking for the smallest source that still fails: {of}, {seconds:g} s at most"


def lines(text: str) -> list[str]:
    """The first lines of a source, shortened."""
    found = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]}…" for line in text.splitlines()]
    return found if len(found) <= LINES else [*found[:LINES], "…"]
