"""Searches for the smallest source in runs that cost nothing, with all reports of them."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.shrinking import Failures, shrink
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.engine.world import World
from customhouse_conformance.events import Event, FailureShrunk, SearchMoved, ShrinkingFinished, ShrinkingStarted, View
from customhouse_conformance.facts import Served, Source, State
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport
from customhouse_conformance.report.json_report import schema
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.scenarios.part import WHOLE, Part

from . import records
from .toy import ToyProvider, register


@contextmanager
def by_hand() -> Iterator[None]:
    """Runs cost nothing in here: what they come to is `imagined`."""

    def run(
        world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, part: Part = WHOLE
    ) -> Record:
        return imagined(scenario, spec, part)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("suite", "shrinking"):
            patch.setattr(f"customhouse_conformance.engine.{module}.run_scenario", run)
        yield


def imagined(scenario: Scenario, spec: ImporterSpec, part: Part) -> Record:
    """`loses_one` loses the row whose id ends with a one, `silent` does not say how many, `bad` is both; none does
    without names."""
    rows = part.of(rows_of(scenario.dataset))
    stored = [row for row in rows if spec.name not in ("loses_one", "bad") or not row["external_id"].endswith("1")]
    said = "" if spec.name in ("silent", "bad") else f"{len(rows)} rows"
    return records.record(
        header=records.header(importer=spec.name, scenario=scenario.id, source=Source("csv", None, {}, rows)),
        processes=(
            records.process(exit_code=0 if all("name" in row for row in rows) else 2, stdout=said, duration_s=2.0),
        ),
        states=(State("before", ()), State("after", tuple({"type": "contact", **row} for row in stored))),
        served=Served({"F1": 1}, 0, True),
    )


def shrunk(
    out: Path,
    spec: ImporterSpec,
    only: str | None = None,
    seconds: float = 60,
    keep: bool = True,
    also: Sequence[View] = (),
) -> str:
    """A run and its shrinking, with all reports; what the terminal showed."""
    terminal = io.StringIO()
    options = Options(providers=lambda: [ToyProvider()], only=only)
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(out / "results.json"),
        JUnitReport(out / "junit.xml"),
        *also,
    ]
    tasks = [Task(spec, select(spec, register(), only), out / "records" if keep else None, out)]
    failures = Failures()
    run_suite(tasks, options, [*views, failures])
    shrink(tasks, options, failures, views, seconds)
    return terminal.getvalue()


def rows(out: Path) -> dict[str, Any]:
    """What results.json tells of each requirement's smallest source."""
    document = json.loads((out / "results.json").read_text())
    jsonschema.validate(document, schema())
    return {row["requirement"][-2:]: row["smallest"] for row in document["results"]}


class Notes:
    """Keeps the events of a search."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def handle(self, event: Event) -> None:
        if isinstance(event, ShrinkingStarted | SearchMoved | FailureShrunk | ShrinkingFinished):
            self.events.append(event)
