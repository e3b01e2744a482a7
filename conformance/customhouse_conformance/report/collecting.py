"""The common half of reports that are written once, at the end."""

import os
from pathlib import Path

from customhouse_conformance.events import (
    Event,
    FailureShrunk,
    RequirementJudged,
    ScenarioFinished,
    ShrinkingFinished,
    SuiteFinished,
    SuiteStarted,
)
from customhouse_conformance.results import Result


class CollectingView:
    """Collects a run's events; a subclass writes them when the suite has finished."""

    def __init__(self) -> None:
        self.started: SuiteStarted | None = None
        self.scenarios: list[ScenarioFinished] = []
        self.results: list[Result] = []
        self.searched_s: float | None = None
        self._finished: SuiteFinished | None = None

    def handle(self, event: Event) -> None:
        """Collect, and finish on the last event; once more when shrinking has added something."""
        match event:
            case SuiteStarted():
                self.started = event
            case ScenarioFinished():
                self.scenarios.append(event)
            case RequirementJudged(result):
                self.results.append(result)
            case SuiteFinished() if self.started is not None:
                self._finished = event
                self.finish(self.started, event)
            case FailureShrunk(result):
                self.results = [result if one.cell == result.cell else one for one in self.results]
            case ShrinkingFinished(took) if self.started is not None and self._finished is not None:
                self.searched_s = took
                self.renew(self.started, self._finished)

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write the report."""
        raise NotImplementedError

    def renew(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write it again, with what shrinking found."""
        self.finish(started, finished)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    os.replace(partial, path)
