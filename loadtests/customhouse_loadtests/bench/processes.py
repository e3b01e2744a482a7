"""Servers as processes of their own: how they are started, and what they use of the machine (Linux)."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .cores import seat
from .errors import BenchError

READY_S = 30.0
STOP_S = 10.0
MEGABYTE = 1_000_000
FAKES = ("-m", "customhouse", "serve", "--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0")
BARE = ("-m", "customhouse_loadtests.bench.bare")


class Server:
    """A running server, with the processes that it started. `ready` is its ready line, if it has one."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any] | None = None) -> None:
        self.ready = ready or {}
        self._pid = process.pid

    def cpu_s(self) -> float:
        """CPU seconds of all threads so far, to the nanosecond: the kernel's clock of each process."""
        # The number is what clock_getcpuclockid(3) makes of a pid; /proc/PID/stat counts hundredths of a second only.
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in _family(self._pid))

    def rss_mb(self) -> float:
        """Resident memory in megabytes (10^6 bytes)."""
        return sum(_rss_mb(pid) for pid in _family(self._pid))


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except FileNotFoundError:
        raise BenchError(f"the server (process {pid}) has ended") from None
    return [pid, *(one for child in children for one in _family(int(child)))]


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise BenchError(f"the server (process {pid}) has ended")


@contextmanager
def started(command: Sequence[str], *, alone: bool = True, folder: Path | None = None) -> Iterator[Started]:
    """Run a program until the end of the block. `alone`: on the server's core, as every server that is compared."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, cwd=folder)  # noqa: S603 - ours, or a peer that was asked for
        try:
            if alone:
                seat(process.pid, "server")
            yield Started(process, complaints)
        finally:
            _stop(process)


@dataclass(frozen=True, slots=True)
class Started:
    """A process, and the file that its errors go to."""

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]

    def complain(self, what: str) -> BenchError:
        """An error that says what it said."""
        self.complaints.seek(0)
        return BenchError(f"{what}\n{self.complaints.read().decode(errors='replace')[-2000:]}")


@contextmanager
def running(arguments: Sequence[str], *, alone: bool = True) -> Iterator[Server]:
    """Run a Python program that prints a JSON ready line; it is terminated at the end."""
    with started([sys.executable, *arguments], alone=alone) as own:
        line = _first_line(own.process)
        if not line:
            raise own.complain(f"{' '.join(arguments)} did not start:")
        yield Server(own.process, json.loads(line))


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """The ready line; empty when the process ended or said nothing in time."""
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(READY_S) else b""


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
