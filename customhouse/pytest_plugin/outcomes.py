"""What a result is to pytest. Pure.

The mapping is that of `junit.xml`: whatever turns `customhouse check` red is a failure, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Kind
from customhouse_conformance.report.junit import outcome
from customhouse_conformance.report.words import explain
from customhouse_conformance.results import Result

How = Literal["passed", "warned", "failed", "skipped", "xfailed"]


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How an item ends, and the words that go with it."""

    kind: How
    text: str


def outcome_of(result: Result) -> ItemOutcome:
    """A known or flaky gap is an expected failure, unless it was not run at all; a warning passes, and is told."""
    verdict = result.verdict.value + (f" ({result.overlay})" if result.overlay else "")
    text = f"{verdict} {result.requirement.id}\n{explain(result)}"
    kind = outcome(result)
    if kind is None:
        return ItemOutcome("warned" if result.verdict is Verdict.WARN else "passed", text)
    if kind != "skipped":
        return ItemOutcome("failed", text)
    if result.mark is None:
        return ItemOutcome("skipped", f"{verdict}: {result.decisive.finding.message}")
    return ItemOutcome("skipped" if result.mark.gap.kind is Kind.SKIP else "xfailed", result.mark.says)
