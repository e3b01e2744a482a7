"""How a result reads: required → seen → to do → repeat. The same words in every report."""

from collections.abc import Mapping

from customhouse_conformance.controls import printable
from customhouse_conformance.findings import Evidence
from customhouse_conformance.gaps import Mark
from customhouse_conformance.results import Result
from customhouse_conformance.smallest import Smallest

SHOWN = 12

#: Of a source, so many lines, and so much of each.
LINES, COLUMNS = 6, 160

CONCLUSIONS = {
    0: "conformant",
    1: "not conformant",
    3: "could not be judged",
    4: "the harness failed: this says nothing about the importer",
}


def conclusion(exit_code: int, overlays: Mapping[str, int]) -> str:
    """What a run came to; gaps that are known or flaky are never hidden behind the word conformant."""
    told = overlays.get("known", 0) + overlays.get("flaky", 0)
    but = f" but for {told} known gap{'s' if told > 1 else ''}" if told and exit_code == 0 else ""
    return CONCLUSIONS.get(exit_code, "judged") + but


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
    many = f"{failures} failure{'' if failures == 1 else 's'} of {scenarios} scenario{'' if scenarios == 1 else 's'}"
    return f"looking for the smallest source that still fails: {many}, {seconds:g} s at most"


def lines(text: str) -> list[str]:
    """The first lines of a source, shortened."""
    found = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]}…" for line in text.splitlines()]
    return found if len(found) <= LINES else [*found[:LINES], "…"]
