"""`check --shrink`: after a run, the smallest source for each of its failures, within a time for all of them.

Failures of one scenario share its runs. Known and flaky gaps are left alone: nobody has to act on them today.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from customhouse_conformance.engine.capture import text_of
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.scenario_run import books_of, run_scenario
from customhouse_conformance.engine.source import write_source
from customhouse_conformance.engine.suite import Options, Stream, Task
from customhouse_conformance.engine.trials import Goal, OverError, Time, Trials, judge, search
from customhouse_conformance.engine.workers import Chore, work_off
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import OUT_OF_ROOM
from customhouse_conformance.events import (
    Event,
    FailureShrunk,
    RequirementJudged,
    SearchMoved,
    ShrinkingFinished,
    ShrinkingStarted,
    View,
)
from customhouse_conformance.findings import Verdict
from customhouse_conformance.record import Record
from customhouse_conformance.results import Result
from customhouse_conformance.scenarios.part import WHOLE, Part, Whole
from customhouse_conformance.scenarios.plans import Step
from customhouse_conformance.shapes import SHAPES
from customhouse_conformance.smallest import SHOWN, Smallest, as_given, found, none_found
from customhouse_fakes.core.clock import monotonic

#: Seconds for all failures of a run, unless more are given.
USUAL_S: Final = 120.0

NOT_AGAIN: Final = "it did not fail again with the whole source, so it may be flaky: nothing is kept"
NO_TIME: Final = "not looked for: one run takes longer than the time that was left; --shrink-seconds gives more"
#: What ended a search before it was done.
TIME_OVER: Final = "the time was over"
INTERRUPTED: Final = "it was interrupted"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed requirement, and the record of the scenario that shows it."""

    result: Result
    record: Record

    @property
    def goal(self) -> Goal:
        """What must be seen again."""
        return self.result.requirement.id, self.result.decisive.finding.code

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it was seen: importer, provider, scenario."""
        return self.result.importer, self.result.provider, self.record.header.scenario

    def shrunk(self, smallest: Smallest, files: tuple[Path, ...] = ()) -> FailureShrunk:
        """What was found for it, to be told."""
        return FailureShrunk(replace(self.result, smallest=smallest), files)


class Failures:
    """A view that remembers what can be shrunk."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str, str, str], list[Failure]] = {}

    def handle(self, event: Event) -> None:
        """Take note of a failure."""
        if not isinstance(event, RequirementJudged) or event.result.excused:
            return
        decisive = event.result.decisive
        record = event.records.get(decisive.scenario)
        if decisive.finding.verdict is Verdict.FAIL and isinstance(record, Record):
            failure = Failure(event.result, record)
            self.groups.setdefault(failure.place, []).append(failure)


@dataclass
class Budget:
    """Shares what is left of the time among the scenarios that are still to come."""

    seconds: float
    jobs: int
    scenarios: int
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        self._until = self.clock() + self.seconds
        self._lock = threading.Lock()

    def share(self, longest: float) -> Time:
        """The time of the next scenario, of which a run has taken so long."""
        with self._lock:
            part, now = min(1.0, self.jobs / self.scenarios), self.clock()
            self.scenarios -= 1
        return Time(self.clock, now + max(0.0, self._until - now) * part, longest)


def shrink(
    tasks: Sequence[Task],
    options: Options,
    failures: Failures,
    views: Sequence[View],
    seconds: float = USUAL_S,
) -> None:
    """Tell the views of each failure's smallest source. What is known by then is told too when it is interrupted."""
    groups, stream, live = failures.groups, Stream(views), LiveRuns()
    if not groups:
        return
    by_spec = {(task.spec.name, task.spec.provider): task for task in tasks}
    searched = [place for place in groups if _otherwise(by_spec[place[:2]], place[2]) is None]
    budget = Budget(seconds, options.jobs, len(searched))
    began = monotonic()
    stream.emit(ShrinkingStarted(sum(map(len, groups.values())), len(groups), seconds))

    def chore(group: list[Failure]) -> Chore[None]:
        task = by_spec[group[0].place[:2]]
        return lambda world: _shrink_group(world, task, group, options.seed, live, budget, stream)

    try:
        work_off([chore(group) for group in groups.values()], options.jobs, options.providers, live)
    finally:
        stream.emit(ShrinkingFinished(round(monotonic() - began, 3)))


def _shrink_group(
    world: World, task: Task, group: list[Failure], seed: int, live: LiveRuns, budget: Budget, stream: Stream
) -> None:
    """All failures of one importer in one scenario."""
    place = group[0].place
    look: Callable[[Failure], FailureShrunk]
    if other := _otherwise(task, place[2]):
        look = partial(_as_given, task, other)
    else:
        trials = _trials(world, task, group, seed, live, budget, lambda runs: stream.emit(SearchMoved(*place, runs)))
        look = partial(_look, task, trials, live)
    for failure in group:
        try:
            shrunk = look(failure)
        except Exception as error:  # our own fault costs this, never the reports
            if live.over or (isinstance(error, OSError) and error.errno in OUT_OF_ROOM):
                raise
            shrunk = failure.shrunk(none_found(place[2], f"the harness failed: {type(error).__name__}: {error}", 0))
        stream.emit(shrunk)
    stream.emit(SearchMoved(*place, over=True))


def _otherwise(task: Task, scenario: str) -> Step | None:
    """The step that is given a file of its own, whatever the rows are."""
    return task.selection.register.scenarios[scenario].plan.otherwise


def _trials(
    world: World,
    task: Task,
    group: list[Failure],
    seed: int,
    live: LiveRuns,
    budget: Budget,
    told: Callable[[int], None],
) -> Trials:
    like, register = group[0].record, task.selection.register
    scenario = register.scenarios[like.header.scenario]
    time = budget.share(sum(process.duration_s for process in like.processes))

    def run(part: Part) -> Record:
        record = None if live.over else run_scenario(world, scenario, task.spec, seed, live, part)
        if record is None or live.over:  # it was killed, which says nothing about the part
            time.over = True
            raise OverError
        return record

    whole = Whole(books_of(scenario, task.spec, seed), scenario.pull.turn)
    requirements = [failure.result.requirement for failure in group]
    return Trials(whole, run, like, judge(requirements, register.vocabulary), time, told)


def _look(task: Task, trials: Trials, live: LiveRuns, failure: Failure) -> FailureShrunk:
    """The smallest source for one failure."""
    scenario, before = failure.place[2], trials.runs
    guess = [(0, row) for row in failure.result.decisive.finding.evidence.rows]
    part = search(failure.goal, trials, identifying(failure.record), guess)
    runs, over = trials.runs - before, trials.time.over
    if part is None:
        if live.over:
            raise CancelledError
        return failure.shrunk(none_found(scenario, NOT_AGAIN if trials.ran_whole() else NO_TIME, runs))
    whole = trials.whole
    smallest = found(
        scenario,
        (len(whole.part().places or ()), len(part.places or ())),
        (len(whole.fields(WHOLE)), len(whole.fields(part))),
        runs,
        (INTERRUPTED if live.over else TIME_OVER) if over else None,
    )
    return _kept(task, failure, smallest, partial(_written, task, whole, part))


def _as_given(task: Task, other: Step, failure: Failure) -> FailureShrunk:
    """The file that the importer was given in place of the rows."""

    def write(name: Path) -> Iterator[Path]:
        source = task.spec.source
        path = name.with_name(f"{name.name}.{source.format}")
        write_source(path, failure.record.rows, source, other.source)
        yield path

    return _kept(task, failure, as_given(failure.place[2], other.label), write)


def _kept(task: Task, failure: Failure, smallest: Smallest, write: Callable[[Path], Iterable[Path]]) -> FailureShrunk:
    """Write its files under names that begin so, beside the record if that is kept, and show the first."""
    with TemporaryDirectory(prefix="customhouse-") as scratch:
        folder = task.records / task.spec.provider if task.records else Path(scratch)
        files = tuple(write(folder / f"{failure.place[2]}.{failure.goal[0]}.smallest"))
        smallest = replace(smallest, text=text_of(files[0], SHOWN).replace("\r\n", "\n"))
    if task.records is None:
        return failure.shrunk(smallest)
    names = tuple(str(file.relative_to(task.home) if task.home else file) for file in files)
    return failure.shrunk(replace(smallest, files=names), files)


def _written(task: Task, whole: Whole, part: Part, name: Path) -> Iterator[Path]:
    """One file for each business of which rows are left."""
    source = task.spec.source
    for business, rows in enumerate(whole.books):
        if left := part.of(rows, business):
            which = f".business-{business + 1}" if len(whole.books) > 1 else ""
            path = name.with_name(f"{name.name}{which}.{source.format}")
            write_source(path, left, source)
            yield path


def identifying(record: Record) -> frozenset[str]:
    """The fields that tell whose a row is: without them it would be another case."""
    shape, told = SHAPES[record.header.provider], record.header.told.get("identifier")
    more = (told, f"{shape.attributes}.{told}") if told else ()
    return frozenset((shape.id, shape.email, *shape.required, *more))
