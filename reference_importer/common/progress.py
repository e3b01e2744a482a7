"""What the user sees while the run goes on: a bar on a terminal, plain lines elsewhere. Every word is redacted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from reference_importer.common.clock import Clock

NAMED_REJECTS = 20
LINE_EVERY_S = 5.0


class Display:
    """Speaks on stderr; the summary alone goes to stdout."""

    def __init__(self, clean: Callable[[str], str], clock: Clock, rejects: str) -> None:
        self._clean, self._clock, self._rejects_name = clean, clock, rejects
        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._bar: Progress | None = None
        self._rejects = self._done = self._total = 0
        self._last_line = clock.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """One line on stderr."""
        self._console.print(self._clean(text), markup=False, soft_wrap=True)

    def summary(self, text: str) -> None:
        """The last words, on stdout."""
        sys.stdout.write(self._clean(text) + "\n")

    def begin(self, total: int) -> None:
        """`total` rows are about to be sent."""
        self._total = total
        if self._console.is_terminal and total:
            columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._console)
            self._bar.start()
            self._bar.add_task("rows", total=total)

    def advance(self, rows: int) -> None:
        """`rows` more have an outcome."""
        self._done += rows
        if self._bar:
            self._bar.advance(self._bar.task_ids[0], rows)
        elif rows and self._clock.monotonic() - self._last_line >= LINE_EVERY_S:
            self._last_line = self._clock.monotonic()
            self.say(f"{self._done} of {self._total} rows")

    def reject(self, name: str, why: str) -> None:
        """Name a rejected row; after the first twenty, only point to the file."""
        self._rejects += 1
        if self._rejects <= NAMED_REJECTS:
            self.say(f"rejected: {name}: {why}")
        elif self._rejects == NAMED_REJECTS + 1:
            self.say(f"more rows are rejected; all of them are in {self._rejects_name}")
