"""How a result reads: required → seen → repeat. The same words in every report."""

from customhouse_conformance.findings import Evidence
from customhouse_conformance.results import Result

SHOWN = 12


def explain(result: Result) -> str:
    """Several lines about one result."""
    return "\n".join(f"{label:<9}{text}" for label, text in parts(result))


def parts(result: Result) -> list[tuple[str, str]]:
    """Labelled lines: what was required; what was seen and how the runs ended, for each scenario that is not fine; how
    to repeat it."""
    row = result.requirement
    lines = [("required", f"{row.text} [{row.level}, {row.provenance}: {row.source}]")]
    worst = result.decisive.finding.verdict
    for one in result.findings:
        if one.finding.verdict is worst:
            place = where(one.finding.evidence)
            lines.append(("seen", f"{one.finding.message} ({one.finding.code}; scenario {one.scenario}{place})"))
            lines += [("ended", how) for how in one.ended]
    lines.append(("repeat", result.repeat))
    return lines


def where(evidence: Evidence) -> str:
    """Exchange numbers and rows, shortened."""
    exchanges = f", exchange {_some(evidence.exchanges)}" if evidence.exchanges else ""
    rows = f", row {_some(tuple(row + 1 for row in evidence.rows))}" if evidence.rows else ""
    return exchanges + rows


def _some(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:SHOWN])
    return f"{shown} and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else shown
