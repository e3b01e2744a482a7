"""A run while it goes on: what the screen shows, and which verdicts are certain before the end."""

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Queue

import pytest
from rich.console import Console

from customhouse.commands.progress import moving
from customhouse.commands.terminal import Terminal
from customhouse_conformance.engine.aside import Aside
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.sofar import SoFar
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.events import (
    Event,
    MutantPlanned,
    RequirementJudged,
    ScenarioFinished,
    ScenarioStarted,
    SuiteFinished,
    SuiteStarted,
)
from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.register import Register
from customhouse_conformance.report.live import SHOWN, LiveProgress
from tests.conformance.toy import ToyProvider, as_callable, as_command, register


class Notes:
    """Keeps the events of a run."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def handle(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture(scope="module")
def events() -> Sequence[Event]:
    """Of one importer that gives up when it is refused, and names its rows."""
    notes = Notes()
    spec = as_command("gives_up")
    run_suite([Task(spec, select(spec, register(), None))], Options(providers=lambda: [ToyProvider()]), [notes])
    return notes.events


def costly(rows: Register, scenario: str) -> Register:
    one = replace(rows.scenarios[scenario], costly=True)
    return replace(rows, scenarios={**rows.scenarios, scenario: one})


def verdicts(so_far: SoFar) -> dict[str, Verdict]:
    return {result.requirement.id[-2:]: result.verdict for result in so_far.results}


def test_a_requirement_is_judged_after_the_last_of_its_scenarios(events: Sequence[Event]) -> None:
    so_far = SoFar([select(as_callable("gives_up"), register(), None)])
    plain, refused = (event for event in events if isinstance(event, ScenarioFinished))
    so_far.take(plain)
    assert verdicts(so_far) == {"01": Verdict.PASS}
    assert so_far.failing == []
    so_far.take(refused)
    assert verdicts(so_far) == {"01": Verdict.PASS, "02": Verdict.FAIL, "03": Verdict.PASS}
    assert so_far.counts == {Verdict.PASS: 2, Verdict.FAIL: 1}
    assert [result.requirement.id for result in so_far.failing] == ["INTERCOM-TOY-02"]


def test_what_needs_no_run_is_certain_at_once_and_what_is_costly_at_the_end(events: Sequence[Event]) -> None:
    modest = as_callable("gives_up", capabilities=())
    so_far = SoFar([select(modest, costly(register(), "plain"), None)])
    assert verdicts(so_far) == {"02": Verdict.NOT_APPLICABLE}
    for event in events:
        if isinstance(event, ScenarioFinished):
            so_far.take(event)
    assert verdicts(so_far) == {"02": Verdict.NOT_APPLICABLE}


def test_known_gaps_are_not_called_failing(events: Sequence[Event]) -> None:
    gaps = (Gap("INTERCOM-TOY-02", Kind.KNOWN_FAILING, "no retry yet"),)
    so_far = SoFar([select(as_callable("gives_up", gaps=gaps), register(), None)])
    for event in events:
        if isinstance(event, ScenarioFinished):
            so_far.take(event)
    assert so_far.counts[Verdict.FAIL] == 1
    assert so_far.failing == []


class Screen:
    """A progress that is drawn when asked, at a time of the test's own."""

    def __init__(self, so_far: SoFar | None = None) -> None:
        self.now = 100.0
        self.progress = LiveProgress(Console(file=io.StringIO()), so_far, lambda: self.now)

    def shows(self, *events: Event) -> list[str]:
        for event in events:
            self.progress.handle(event)
        drawn = io.StringIO()
        Console(file=drawn, width=120).print(self.progress.draw())
        return [" ".join(line.split()) for line in drawn.getvalue().splitlines()]


def started(*importers: str, scenarios: int = 2) -> SuiteStarted:
    return SuiteStarted("1.0", importers, ("intercom",), 3, scenarios, 0, 1, None)


def test_the_screen_follows_the_run(events: Sequence[Event]) -> None:
    screen = Screen(SoFar([select(as_callable("gives_up"), register(), None)]))
    steps = {type(event): event for event in events}
    first, last = (event for event in events if isinstance(event, ScenarioStarted))
    done = [event for event in events if isinstance(event, ScenarioFinished)]
    shown = screen.shows(steps[SuiteStarted], first)
    assert (shown[0][:3], shown[1:]) == ("0/2", ["running intercom: plain 0 s"])
    screen.now += 7
    shown = screen.shows()
    assert shown[0].endswith("7 s")
    assert shown[1] == "running intercom: plain 7 s"
    assert screen.shows(done[0], last)[1:] == ["running intercom: refused 0 s", "so far 1 PASS"]
    shown = screen.shows(done[1])
    assert (shown[0][:3], shown[1:]) == ("2/2", ["so far 1 FAIL 2 PASS", "failing INTERCOM-TOY-02"])


def test_who_tells_of_a_scenario_does_not_wait_for_its_judgement(events: Sequence[Event]) -> None:
    chores: list[Callable[[], object]] = []
    so_far = SoFar([select(as_callable("gives_up"), register(), None)])
    progress = LiveProgress(Console(file=io.StringIO()), so_far, later=chores.append)
    told = [event for event in events if not isinstance(event, RequirementJudged | SuiteFinished)]
    for event in told:
        progress.handle(event)
    assert so_far.results == []
    chores[0]()
    assert verdicts(so_far) == {"01": Verdict.PASS}
    progress.handle(next(event for event in events if isinstance(event, RequirementJudged)))
    chores[1]()  # the report is being made: too late
    assert verdicts(so_far) == {"01": Verdict.PASS}


def test_a_judgement_that_takes_long_holds_up_neither_the_run_nor_the_screen_nor_the_end() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(60)
        done.append("slow")

    with Aside() as aside:
        aside.do(slow)
        aside.do(lambda: done.append("dropped"))
        assert begun.wait(60)
    thread = next(one for one in threading.enumerate() if one.name == "aside")
    assert thread.daemon
    assert done == []
    go_on.set()
    thread.join(60)
    assert done == ["slow"]


def test_the_screen_of_a_command_judges_aside(events: Sequence[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    on: Queue[str] = Queue()
    monkeypatch.setattr(SoFar, "take", lambda _self, _event: on.put(threading.current_thread().name))
    screen = Terminal(file=io.StringIO(), force_terminal=True)
    screen.moves = True
    with moving(screen, [select(as_callable("gives_up"), register(), None)]) as views:
        views[0].handle(next(event for event in events if isinstance(event, ScenarioFinished)))
        assert on.get(timeout=60) == "aside"


def test_failures_of_several_importers_are_named(events: Sequence[Event]) -> None:
    screen = Screen(SoFar([select(as_callable("gives_up"), register(), None)]))
    done = [event for event in events if isinstance(event, ScenarioFinished)]
    assert screen.shows(started("gives_up", "other"), *done)[-1] == "failing INTERCOM-TOY-02 (gives_up)"


def test_several_importers_are_named_and_long_lists_are_cut() -> None:
    running = [ScenarioStarted("acme", "intercom", f"s{n}") for n in range(SHOWN + 2)]
    shown = Screen().shows(started("acme", "other"), *running)
    assert shown[1] == "running acme (intercom): s0 0 s"
    assert shown[-1] == "and 2 more"


def test_mutants_are_counted_as_they_are_planned() -> None:
    planned = [MutantPlanned(name, "rally", 3) for name in ("one", "two")]
    assert Screen().shows(*planned)[0].startswith("0/6")
