"""Servers under measurement: on which core they run, and what they use of the machine (Linux)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from customhouse_loadtests.programs import Program, python, started
from customhouse_loadtests.usage import family, usage_of

from .cores import seat
from .errors import BenchError

BARE = ("-m", "customhouse_loadtests.bench.bare")


class Server:
    """A running server, with the processes that it started. `ready` is its ready line, if it has one."""

    def __init__(self, program: Program, ready: dict[str, Any] | None = None) -> None:
        self.ready = ready or {}
        self._pid = program.pid

    def cpu_s(self) -> float:
        """CPU seconds of all threads so far, to the nanosecond: the kernel's clock of each process."""
        # The number is what clock_getcpuclockid(3) makes of a pid; /proc/PID/stat counts hundredths of a second only.
        try:
            return sum(time.clock_gettime((~pid << 3) | 2) for pid in family(self._pid))
        except OSError:
            raise BenchError(f"the server (process {self._pid}) has ended") from None

    def rss_mb(self) -> float:
        """Resident memory in megabytes (10^6 bytes)."""
        usage = usage_of(self._pid)
        if usage is None:
            raise BenchError(f"the server (process {self._pid}) has ended")
        return usage.mb


@contextmanager
def seated(command: Sequence[str], folder: Path) -> Iterator[Program]:
    """Run a program on the server's core, as every server that is compared."""
    with started(command, folder) as program:
        seat(program.pid, "server")
        yield program


@contextmanager
def running(arguments: Sequence[str], *, alone: bool = True) -> Iterator[Server]:
    """Run a Python program that prints a ready line. `alone`: on the server's core."""
    with python(arguments) as program:
        if alone:
            seat(program.pid, "server")
        yield Server(program, program.ready())
