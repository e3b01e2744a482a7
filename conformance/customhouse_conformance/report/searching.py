"""The search for the smallest sources while it goes on, redrawn in its place on a terminal: in which scenarios it
looks, at which of its runs it is, and how much time is left. What was found is printed above it."""

import threading
from collections.abc import Callable
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from customhouse_conformance.events import Event, SearchMoved, ShrinkingFinished, ShrinkingStarted
from customhouse_fakes.core.clock import monotonic


class LiveSearch:
    """A view that moves from the start of the search on; as a context manager, it leaves the terminal as it was."""

    def __init__(self, console: Console, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._until = seconds()
        self._lock = threading.Lock()
        self._left = 0
        self._runs: dict[tuple[str, str, str], int] = {}
        self._live = Live(console=console, get_renderable=self.draw, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def handle(self, event: Event) -> None:
        """Take note; the screen follows by itself."""
        match event:
            case ShrinkingStarted():
                self._left, self._until = event.scenarios, self._seconds() + event.seconds
                self._live.start()
            case SearchMoved():
                with self._lock:
                    self._note(event)
            case ShrinkingFinished():
                self._live.stop()

    def draw(self) -> RenderableType:
        """What is on the screen now."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True, justify="right")
        with self._lock:
            for (importer, provider, scenario), runs in self._runs.items():
                grid.add_row("searching", Text(f"{importer} ({provider}): {scenario}"), f"run {runs + 1}")
            waiting = self._left - len(self._runs)
        left = f"{max(0.0, self._until - self._seconds()):.0f} s left"
        grid.add_row("", f"{waiting} more to come" if waiting > 0 else "", left)
        return grid

    def _note(self, event: SearchMoved) -> None:
        place = (event.importer, event.provider, event.scenario)
        if event.over:
            self._left -= 1
            self._runs.pop(place, None)
        else:
            self._runs[place] = event.runs
