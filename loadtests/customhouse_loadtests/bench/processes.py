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
from pathlib import Path
from typing import Any

from .cores import seat
from .errors import BenchError

READY_S = 30.0
STOP_S = 10.0
MEGABYTE = 1_000_000
FAKES = ("-m", "customhouse", "serve", "--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0")
BARE = ("-m", "customhouse_loadtests.bench.bare")


class Server:
    """A running server. `ready` is its ready line."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        self.ready = ready
        self._pid = process.pid

    def cpu_s(self) -> float:
        """CPU seconds of all its threads so far, to the nanosecond: the kernel's clock of that process."""
        # The number is what clock_getcpuclockid(3) makes of a pid; /proc/PID/stat counts hundredths of a second only.
        return time.clock_gettime((~self._pid << 3) | 2)

    def rss_mb(self) -> float:
        """Resident memory in megabytes (10^6 bytes)."""
        for line in Path(f"/proc/{self._pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / MEGABYTE
        raise BenchError(f"the server (process {self._pid}) has ended")


@contextmanager
def running(arguments: Sequence[str]) -> Iterator[Server]:
    """Run a Python program that prints a JSON ready line; it is terminated at the end."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=complaints)  # noqa: S603 - ourselves
        try:
            seat(process.pid, "server")
            line = _first_line(process)
            if not line:
                complaints.seek(0)
                raise BenchError(f"{' '.join(arguments)} did not start:\n{complaints.read().decode(errors='replace')}")
            yield Server(process, json.loads(line))
        finally:
            _stop(process)


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
