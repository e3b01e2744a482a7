"""Runs a suite: all scenarios first, then all judgements, telling its views as it goes."""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from customhouse_conformance.comparison import Change
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.selection import Selection, refuse_nothing
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
from customhouse_conformance.manifest import ImporterSpec
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
    """An importer, what is to be judged of it, and where its records are kept, if anywhere."""

    spec: ImporterSpec
    selection: Selection
    records: Path | None = None

    def record_path(self, scenario: str) -> Path | None:
        """Where the record of a scenario is kept."""
        return self.records / self.spec.provider / f"{scenario}.jsonl" if self.records else None


WAKE_S = 0.5


@dataclass(frozen=True)
class Outcome:
    """What a suite came to."""

    results: tuple[Result, ...]
    exit_code: int


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
    changes: Callable[[Sequence[Result]], Sequence[Change]] = lambda _: (),
) -> Outcome:
    """Judge records, selection by selection; pure but for the events."""
    results: list[Result] = []
    for selection, found in zip(selections, records, strict=True):
        for row in selection.requirements:
            result = judge_one(selection, row, found, repeat, today)
            results.append(result)
            stream.emit(RequirementJudged(result, found))
    code = conclude(results)
    took = round(monotonic() - began, 3)
    stream.emit(SuiteFinished(took, count(results), code, count_overlays(results), changes(results)))
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
    """Run all scenarios of all tasks, `jobs` at a time, each worker in a world of its own; records by task."""
    live = LiveRuns()
    with ExitStack() as stack:
        worlds: queue.SimpleQueue[World] = queue.SimpleQueue()
        for _ in range(options.jobs):
            worlds.put(stack.enter_context(World(options.providers())))

        def one(task: Task, scenario: Scenario) -> Record | NoRecord:
            world = worlds.get()
            try:
                return run_one(world, task, scenario, options.seed, live, stream)
            finally:
                worlds.put(world)

        pool = stack.enter_context(ThreadPoolExecutor(options.jobs))
        try:
            futures = [
                {scenario.id: pool.submit(one, task, scenario) for scenario in task.selection.scenarios()}
                for task in tasks
            ]
            _raise_first(future for group in futures for future in group.values())
            return [{name: future.result() for name, future in group.items()} for group in futures]
        except BaseException:
            # Interrupted: leave no importer behind, and start no further one.
            pool.shutdown(wait=False, cancel_futures=True)
            live.kill_all()
            raise


def _raise_first(futures: Iterable[Future[Record | NoRecord]]) -> None:
    """Wait for all, or for the first that raises, and raise that at once.

    In short waits: a signal that comes just before the main thread blocks is only looked at when it wakes up.
    """
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=WAKE_S, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()


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
    )
