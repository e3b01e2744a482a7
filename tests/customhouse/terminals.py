"""Customhouse on a terminal: a real one (a pty), read by somebody who types."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

DEADLINE_S = 60.0

#: The cursor, away while something moves.
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class OnTerminal:
    """The command, in a session of its own on a terminal of 100 columns; `said` is all that it has written."""

    def __init__(self, *words: str, cwd: Path, **env: str) -> None:
        self._screen, theirs = pty.openpty()
        usual = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "customhouse", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env={**usual, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40", **env},
            start_new_session=True,
        )
        os.close(theirs)
        self.said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def until(self, text: str, times: int = 1) -> None:
        """Read until a text has come so often."""
        for _ in self._pieces():
            if self.said.count(text) >= times:
                return
        raise AssertionError(f"{text!r} did not come {times} times: {self.said}")

    def end(self) -> int:
        """Read to the end; the exit code."""
        for _ in self._pieces():
            pass
        return self.process.wait(DEADLINE_S)

    def interrupt(self) -> None:
        """What Ctrl-C does: SIGINT to all that run in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def _pieces(self) -> Iterator[str]:
        yield ""
        deadline = time.monotonic() + DEADLINE_S
        while select.select([self._screen], [], [], max(0.0, deadline - time.monotonic()))[0]:
            try:
                data = os.read(self._screen, 65536)
            except OSError:  # what Linux says when nobody has the other end any more
                return
            self.said += data.decode("utf-8", "replace").replace("\r\n", "\n")
            yield self.said
        raise AssertionError(f"nothing more in {DEADLINE_S} s: {self.said}")
