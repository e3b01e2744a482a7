"""Verdicts before the end of a run, for those who watch it: a requirement whose scenarios have all run can be judged.

The report does not rest on them: at the end everything is judged once more, in the order of the register.
One thread may judge here while others look on.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.suite import judge_one
from customhouse_conformance.events import ScenarioFinished
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import utc_today
from customhouse_conformance.record import Record
from customhouse_conformance.register import Requirement
from customhouse_conformance.results import Repeat, Result
from customhouse_conformance.verdicts import NoRecord, applies

#: What somebody may want to stop the run for.
FAILING = (Verdict.FAIL, Verdict.UNTESTABLE, Verdict.ERROR)


class SoFar:
    """Judges what can be judged; requirements of costly scenarios wait, as judging them takes seconds, too."""

    def __init__(self, selections: Sequence[Selection], today: date | None = None) -> None:
        self._today = today or utc_today()
        self._found: dict[tuple[str, str], dict[str, Record | NoRecord]] = defaultdict(dict)
        self._left = {(one.importer, one.provider): _open(one) for one in selections}
        self._selections = {(one.importer, one.provider): one for one in selections}
        self.results: list[Result] = []
        for whose in self._left:
            self._judge(whose)

    def take(self, event: ScenarioFinished) -> None:
        """Judge what this scenario was the last one for."""
        if event.outcome is not None:
            whose = event.importer, event.provider
            self._found[whose][event.scenario] = event.outcome
            self._judge(whose)

    @property
    def counts(self) -> Counter[Verdict]:
        """How many there are of each verdict."""
        return Counter(result.verdict for result in tuple(self.results))

    @property
    def failing(self) -> list[Result]:
        """What is red already, known gaps left out."""
        return [result for result in tuple(self.results) if result.standing in FAILING]

    def _judge(self, whose: tuple[str, str]) -> None:
        found, waiting = self._found[whose], []
        for row, scenarios in self._left[whose]:
            if scenarios <= found.keys():
                self.results.append(judge_one(self._selections[whose], row, found, Repeat(), self._today))
            else:
                waiting.append((row, scenarios))
        self._left[whose] = waiting


def _open(selection: Selection) -> list[tuple[Requirement, set[str]]]:
    """Requirements, and which scenarios each of them waits for."""
    planned = {scenario.id: scenario for scenario in selection.scenarios()}
    rows = []
    for row in selection.requirements:
        judged = applies(row, selection.capabilities) and not selection.skip(row)
        names = planned.keys() & set(row.scenarios) if judged else set()
        rows += [] if any(planned[name].costly for name in names) else [(row, names)]
    return rows
