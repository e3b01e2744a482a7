"""A run while it goes on, redrawn in its place on a terminal: how far it is, what runs now and since when, and which
verdicts are certain already. It is gone when the report comes."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from customhouse_conformance.engine.sofar import SoFar
from customhouse_conformance.events import (
    Event,
    MutantPlanned,
    RequirementJudged,
    ScenarioFinished,
    ScenarioStarted,
    SuiteFinished,
    SuiteStarted,
)
from customhouse_conformance.report.terminal import STYLES
from customhouse_conformance.results import Result
from customhouse_conformance.verdicts import ORDER
from customhouse_fakes.core.clock import monotonic

#: Lines that a long list may take.
SHOWN = 8
BAR_WIDTH = 40


def at_once(chore: Callable[[], object]) -> None:
    """The simplest `later`."""
    chore()


class LiveProgress:
    """A view that moves. Use it as a context manager, so that an interrupt leaves the terminal as it was.

    `later` is given what takes long, judging: whoever tells of an event must not wait for it, nor the screen.
    """

    def __init__(
        self,
        console: Console,
        so_far: SoFar | None = None,
        seconds: Callable[[], float] = monotonic,
        later: Callable[[Callable[[], object]], None] = at_once,
    ) -> None:
        self._so_far = so_far
        self._later = later
        self._final = False
        self._seconds = seconds
        self._began = seconds()
        self._lock = threading.Lock()
        self._total = self._done = 0
        self._several = False
        self._running: dict[tuple[str, str, str], float] = {}
        self._live = Live(console=console, get_renderable=self.draw, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def handle(self, event: Event) -> None:
        """Take note; the screen follows by itself."""
        if isinstance(event, SuiteFinished):
            self._live.stop()
            return
        with self._lock:
            self._note(event)
        if isinstance(event, ScenarioFinished) and self._so_far is not None:
            self._later(partial(self._judge, self._so_far, event))

    def draw(self) -> RenderableType:
        """What is on the screen now."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True, justify="right")
        with self._lock:
            bar = ProgressBar(max(self._total, 1), self._done, BAR_WIDTH, complete_style="cyan", finished_style="cyan")
            grid.add_row(f"{self._done}/{self._total}", bar, self._since(self._began))
            running = list(self._running.items())
            for number, (names, began) in enumerate(running[:SHOWN]):
                grid.add_row("" if number else "running", self._name(*names), self._since(began))
            if len(running) > SHOWN:
                grid.add_row("", f"and {len(running) - SHOWN} more", "")
            if self._so_far is not None:
                self._add_verdicts(grid, self._so_far)
        return grid

    def _note(self, event: Event) -> None:
        match event:
            case SuiteStarted():
                self._total, self._several = event.scenarios, len(event.importers) > 1
            case MutantPlanned():
                self._total, self._several = self._total + event.scenarios, True
            case ScenarioStarted():
                self._running[event.importer, event.provider, event.scenario] = self._seconds()
            case ScenarioFinished():
                self._running.pop((event.importer, event.provider, event.scenario), None)
                self._done += 1
            case RequirementJudged():
                self._final = True

    def _judge(self, so_far: SoFar, event: ScenarioFinished) -> None:
        """Not once the final judgement has begun: it would only be slower for it."""
        if not self._final:
            so_far.take(event)

    def _add_verdicts(self, grid: Table, so_far: SoFar) -> None:
        counts = so_far.counts
        if not counts:
            return
        said = [Text(f"{counts[one]} {one.value}", style=STYLES[one]) for one in ORDER if counts[one]]
        grid.add_row("so far", Text("  ").join(said), "")
        failing = [self._failure(result) for result in so_far.failing]
        if failing:
            more = f" and {len(failing) - SHOWN} more" if len(failing) > SHOWN else ""
            grid.add_row("failing", ", ".join(failing[:SHOWN]) + more, "")

    def _failure(self, result: Result) -> str:
        return result.requirement.id + (f" ({result.importer})" if self._several else "")

    def _name(self, importer: str, provider: str, scenario: str) -> Text:
        return Text(f"{importer} ({provider}): {scenario}" if self._several else f"{provider}: {scenario}")

    def _since(self, then: float) -> str:
        return f"{self._seconds() - then:.0f} s"
