"""The run while it goes on: a table on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from customhouse_fakes.core.clock import Clock, monotonic
from customhouse_loadtests.fold import Fold
from customhouse_loadtests.measures import percentile
from customhouse_loadtests.settings import Settings

LINE_S = 5.0
#: What "now" means in the table: the last seconds that are over.
NOW_S = 3


class View(Protocol):
    """Shows a fold that grows."""

    def __enter__(self) -> View: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, fold: Fold) -> None: ...


def view_of(console: Console, settings: Settings) -> View:
    """A table for a terminal, lines otherwise."""
    return Screen(console, settings) if console.is_terminal else Lines(console, settings)


class Lines:
    """A line every few seconds, and one as soon as a worker is lost."""

    def __init__(self, console: Console, settings: Settings) -> None:
        self._console, self._settings = console, settings
        self._last = monotonic()
        self._lost = 0

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to tidy up."""

    def show(self, fold: Fold) -> None:
        now = monotonic()
        lost = len(fold.lost_workers)
        if now - self._last < LINE_S and lost == self._lost:
            return
        self._last, self._lost = now, lost
        cells = [f"{name} {value}" for name, value in cells_of(fold, self._settings)]
        self._console.print("  ".join(cells), soft_wrap=True)


class Screen:
    """A table that is redrawn in its place."""

    def __init__(self, console: Console, settings: Settings) -> None:
        self._settings = settings
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, fold: Fold) -> None:
        one = self._settings
        table = Table(title=f"{one.importer} · {one.provider} · {one.shape}", title_justify="left", show_header=False)
        for name, value in cells_of(fold, one):
            table.add_row(name, value)
        self._live.update(table)


def cells_of(fold: Fold, settings: Settings) -> Iterator[tuple[str, str]]:
    """Names and values of what is shown while it runs."""
    outcomes = fold.outcomes()
    yield "time", _time(settings, fold)
    yield "users", str(fold.users[-1][1] if fold.users else 0)
    if settings.scenario == "api":
        yield "calls", f"{fold.total.n:,} ({_recent(fold, 'n'):,.0f}/s)"
    else:
        yield "imports", ", ".join(f"{count} {name}" for name, count in outcomes.items() if count) or "none yet"
        yield "rows", f"{fold.total.rows:,} ({_recent(fold, 'rows'):,.0f}/s)"
    yield "429", f"{fold.total.refused:,}"
    yield "broken", f"{fold.total.broken:,}"
    yield "p95", f"{percentile(fold.total.ms, 0.95) or 0:g} ms"
    if fold.lost_workers:
        yield "LOST WORKERS", ", ".join(fold.lost_workers)


def _time(settings: Settings, fold: Fold) -> str:
    now = Clock().now()
    elapsed_s = now - (fold.first or now)
    if settings.seconds is not None and not settings.once:
        return f"{elapsed_s:.0f} of {settings.seconds:.0f} s"
    wanted = settings.records * settings.most_users
    left = left_s(fold.total.rows, wanted, elapsed_s)
    words = "" if left is None else f", about {left:.0f} s left"
    return f"{elapsed_s:.0f} s, {min(1.0, fold.total.rows / wanted):.0%}{words}"


def left_s(rows: int, wanted: int, elapsed_s: float) -> float | None:
    """Seconds until all rows are there, None before the first.

    By the speed of the whole run: that of a moment falls to nothing while importers wait for their next rate window.
    """
    return max(0, wanted - rows) * elapsed_s / rows if rows else None


def _recent(fold: Fold, what: str) -> float:
    if not fold.seconds:
        return 0.0
    now = max(fold.seconds)
    seconds = [fold.seconds[at] for at in range(now - NOW_S, now) if at in fold.seconds] or [fold.seconds[now]]
    return float(sum(getattr(one, what) for one in seconds)) / len(seconds)
