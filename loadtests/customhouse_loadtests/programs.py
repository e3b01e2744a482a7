"""Programs that are started here, tell in a JSON line that they are ready, and are ended: the fakes above all."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .errors import LoadError

READY_S, STOP_S = 30.0, 10.0
COMPLAINT_BYTES = 2_000
#: Arguments of Python that start all fakes, wherever there is room.
FAKES = ("-m", "customhouse", "serve", "--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that was started, and the file that its errors go to."""

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def complaint(self) -> str:
        """The end of what it complained of."""
        self.complaints.seek(0)
        return self.complaints.read().decode(errors="replace")[-COMPLAINT_BYTES:].strip()

    def ready(self) -> dict[str, Any]:
        """Its ready line; `LoadError` when it has ended instead, or said nothing in time."""
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(READY_S) else b""
        if not line:
            raise LoadError(f"{_words(self.process)} did not start: {self.complaint()}", "try it by hand")
        document: dict[str, Any] = json.loads(line)
        return document


@contextmanager
def started(command: Sequence[str], folder: Path | None = None) -> Iterator[Program]:
    """Run a program until the end of the block."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, cwd=folder)  # noqa: S603 - ours, or a peer that was asked for
        try:
            yield Program(process, complaints)
        finally:
            _stop(process)


@contextmanager
def python(arguments: Sequence[str]) -> Iterator[Program]:
    """A program of this Python's."""
    with started([sys.executable, *arguments]) as program:
        yield program


def _words(process: subprocess.Popen[bytes]) -> str:
    return " ".join(map(str, process.args)) if isinstance(process.args, list) else str(process.args)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
