"""Runs a suite: all scenarios first, then all judgements, telling its views as it goes."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from customhouse_conformance.comparison import Change
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.selection import Selection, refuse_nothing, whole_of
from customhouse_conformance.engine.workers import Chore, work_off
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import OUT_OF_ROOM, CannotWriteError
from customhouse_conformance.events import (
    Event,
    RequirementJudged,
    ScenarioFinished,
    ScenarioStarted,
    SuiteFinished,
    SuiteStarted,
    View,
)
from customhouse_conformance.gaps import gap_of, utc_today
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import write_record
from customhouse_conformance.register import Requirement
from customhouse_conformance.results import (
    Repeat,
    Result,
    conclude,
    count,
    count_overlays,
    judge_requirement,
    lay_over,
    skip_requirement,
)
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.verdicts import NoRecord
from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.provider import Provider

Records = dict[str, Record | NoRecord]


@dataclass(frozen=True)
class Options:
    """How to run. `providers` makes the fakes of one world; `today` is the day that gaps are held against."""

    providers: Callable[[], Iterable[Provider]]
    jobs: int = 1
    seed: int = 0
    only: str | None = None
    manifest: str | None = None
    today: date = field(default_factory=utc_today)


@dataclass(frozen=True)
class Task:
    """An importer, what is to be judged of it, and where its records are kept, if anywhere: in a folder of `home`."""

    spec: ImporterSpec
    selection: Selection
    records: Path | None = None
    home: Path | None = None

    def record_path(self, scenario: str) -> Path | None:
        """Where the record of a scenario is kept."""
        return self.records / self.spec.provider / f"{scenario}.jsonl" if self.records else None


@dataclass(frozen=True)
class Outcome:
    """What a suite came to."""

    results: tuple[Result, ...]
    exit_code: int


@dataclass(frozen=True)
class Earlier:
    """An earlier judgement of the same records: what it adds to a result, and what has changed since."""

    known: Callable[[Result], Result] = lambda result: result
    changes: Callable[[Sequence[Result]], Sequence[Change]] = lambda _: ()


#: Nobody judged them before.
FIRST = Earlier()


@dataclass
class Stream:
    """Hands events to the views, one at a time whichever thread they come from."""

    views: Sequence[View]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def emit(self, event: Event) -> None:
        """Tell all views."""
        with self._lock:
            for view in self.views:
                view.handle(event)


def run_suite(tasks: Sequence[Task], options: Options, views: Sequence[View]) -> Outcome:
    """Run what was selected and judge it. `SelectionError` if that is nothing; a harness fault costs one scenario."""
    selections = [task.selection for task in tasks]
    refuse_nothing(selections, options.only)
    stream = Stream(views)
    began = monotonic()
    stream.emit(_started(selections, options))
    records = run_scenarios(tasks, options, stream)
    repeat = Repeat(options.seed, options.manifest)
    return judge_all(selections, records, repeat, stream, began, options.today)


def judge_all(
    selections: Sequence[Selection],
    records: Sequence[Mapping[str, Record | NoRecord]],
    repeat: Repeat,
    stream: Stream,
    began: float,
    today: date,
    earlier: Earlier = FIRST,
) -> Outcome:
    """Judge records, selection by selection; pure but for the events."""
    results: list[Result] = []
    for selection, found in zip(selections, records, strict=True):
        for row in selection.requirements:
            result = earlier.known(judge_one(selection, row, found, repeat, today))
            results.append(result)
            stream.emit(RequirementJudged(result, found))
    code = conclude(results)
    took = round(monotonic() - began, 3)
    stream.emit(SuiteFinished(took, count(results), code, count_overlays(results), earlier.changes(results)))
    return Outcome(tuple(results), code)


def judge_one(
    selection: Selection, row: Requirement, records: Mapping[str, Record | NoRecord], repeat: Repeat, today: date
) -> Result:
    """The verdict on one requirement, with what the importer's gaps make of it; pure."""
    return lay_over(_result(selection, row, records, repeat), gap_of(selection.gaps, row.id), today)


def _result(selection: Selection, row: Requirement, records: Mapping[str, Record | NoRecord], repeat: Repeat) -> Result:
    if gap := selection.skip(row):
        return skip_requirement(row, selection.provider, selection.importer, gap, repeat)
    return judge_requirement(row, selection.register, selection.importer, selection.capabilities, records, repeat)


def run_scenarios(tasks: Sequence[Task], options: Options, stream: Stream) -> list[Records]:
    """Run all scenarios of all tasks, `jobs` at a time; records by task."""
    live = LiveRuns()
    runs = [(n, task, scenario) for n, task in enumerate(tasks) for scenario in task.selection.scenarios()]

    def chore(task: Task, scenario: Scenario) -> Chore[Record | NoRecord]:
        return lambda world: run_one(world, task, scenario, options.seed, live, stream)

    done = work_off([chore(task, scenario) for _, task, scenario in runs], options.jobs, options.providers, live)
    records: list[Records] = [{} for _ in tasks]
    for (n, _, scenario), record in zip(runs, done, strict=True):
        records[n][scenario.id] = record
    return records


def run_one(
    world: World, task: Task, scenario: Scenario, seed: int, live: LiveRuns, stream: Stream
) -> Record | NoRecord:
    """Run one scenario; a fault of the harness becomes a `NoRecord`."""
    spec = task.spec
    stream.emit(ScenarioStarted(spec.name, spec.provider, scenario.id))
    began = monotonic()
    path = task.record_path(scenario.id)
    outcome: Record | NoRecord
    try:
        outcome = run_scenario(world, scenario, spec, seed, live)
        if path:
            write_record(outcome, path)
        problem = None
    except CannotWriteError:  # nor could any other record be kept
        raise
    except Exception as error:  # our own fault costs one scenario, never the suite
        if isinstance(error, OSError) and error.errno in OUT_OF_ROOM:
            raise
        problem = f"{type(error).__name__}: {error}"
        outcome, path = NoRecord("harness-fault", f"the harness failed in '{scenario.id}': {problem}"), None
    took = round(monotonic() - began, 3)
    stream.emit(ScenarioFinished(spec.name, spec.provider, scenario.id, took, path, problem, outcome))
    return outcome


def _started(selections: Sequence[Selection], options: Options) -> SuiteStarted:
    return SuiteStarted(
        suite=version("customhouse"),
        importers=tuple(dict.fromkeys(selection.importer for selection in selections)),
        providers=tuple(dict.fromkeys(selection.provider for selection in selections)),
        requirements=sum(len(selection.requirements) for selection in selections),
        scenarios=sum(len(selection.scenarios()) for selection in selections),
        seed=options.seed,
        jobs=options.jobs,
        only=options.only,
        manifest=options.manifest,
        whole=whole_of(selections),
    )
