"""The common half of reports that are written once, at the end."""

import os
from pathlib import Path

from customhouse_conformance.events import Event, RequirementJudged, ScenarioFinished, SuiteFinished, SuiteStarted
from customhouse_conformance.results import Result


class CollectingView:
    """Collects a run's events; a subclass writes them when the suite has finished."""

    def __init__(self) -> None:
        self.started: SuiteStarted | None = None
        self.scenarios: list[ScenarioFinished] = []
        self.results: list[Result] = []

    def handle(self, event: Event) -> None:
        """Collect, and finish on the last event."""
        match event:
            case SuiteStarted():
                self.started = event
            case ScenarioFinished():
                self.scenarios.append(event)
            case RequirementJudged(result):
                self.results.append(result)
            case SuiteFinished() if self.started is not None:
                self.finish(self.started, event)

    def finish(self, started: SuiteStarted, finished: SuiteFinished) -> None:
        """Write the report."""
        raise NotImplementedError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    os.replace(partial, path)
