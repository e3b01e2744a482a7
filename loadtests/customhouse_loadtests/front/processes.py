"""The processes of a run: one stage, and Locust alone, or as master, or as worker. They end in that order, reversed."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customhouse_loadtests.settings import Settings
from customhouse_loadtests.users import FOLDER
from customhouse_loadtests.users.door import FACTS, STAGE, ready_of

STAGE_READY_S, STAGE_STOP_S, LOCUST_STOP_S = 120.0, 20.0, 20.0
WORKERS_WAIT_S = 120
MASTER_PORT = 5557
LOOPBACK = "127.0.0.1"
TAIL = 2_000


@dataclass(frozen=True, slots=True)
class Role:
    """What Locust is here: alone, master of `workers` that are started here or come from elsewhere, or a worker."""

    workers: int = 0
    is_master: bool = False
    is_worker: bool = False
    host: str = LOOPBACK
    port: int = 0

    @property
    def has_users(self) -> bool:
        """Whether this host runs importers, and needs a stage."""
        return not self.is_master

    @property
    def leads(self) -> bool:
        """Whether the facts come together here."""
        return not self.is_worker


@contextmanager
def stage_running(settings: Settings, fakes: Path | None) -> Iterator[dict[str, Any]]:
    """A stage; its ready line. `ConformanceError` as it said itself, if it could not."""
    command = [sys.executable, "-m", "customhouse_loadtests.stage", json.dumps(settings.to_json())]
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [*command, *([str(fakes)] if fakes else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield _ready(process)
    finally:
        _let_go(process)


def _ready(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(STAGE_READY_S) else b""
    return ready_of(line)


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """It ends when nobody holds its input any more, and takes everything along that it has started."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    _wait(process, STAGE_STOP_S)


class Locust:
    """One Locust process; what it says is kept for when it goes wrong."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "locust", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None

    def ask_to_end(self) -> None:
        """It stops its users, hears what came of their imports, and quits."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Be sure that it has ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """The end of what it said."""
        return self._log.read_text("utf-8", "replace")[-TAIL:]


@contextmanager
def locusts(
    settings: Settings, role: Role, stage: Mapping[str, Any] | None, facts: Path, logs: Path
) -> Iterator[list[Locust]]:
    """Locust for a role, the leading process first."""
    port = role.port or (free_port() if role.workers and not role.is_worker else MASTER_PORT)
    environment = {STAGE: json.dumps(stage)} if stage else {}
    started: list[Locust] = []

    def start(name: str, *more: str) -> None:
        arguments = [*_arguments(settings), *more]
        started.append(Locust(name, arguments, {**environment, FACTS: str(facts)}, logs / f"{name}.log"))

    try:
        if role.is_worker:
            start("worker", "--worker", "--master-host", role.host, "--master-port", str(port))
        elif role.workers or role.is_master:
            expected = ("--expect-workers", str(max(1, role.workers)), "--expect-workers-max-wait", str(WORKERS_WAIT_S))
            start("master", "--master", "--master-bind-host", role.host, "--master-bind-port", str(port), *expected)
            for number in range(1, role.workers + 1 if role.has_users else 1):
                start(f"worker-{number}", "--worker", "--master-host", LOOPBACK, "--master-port", str(port))
        else:
            start("locust")
        yield started
        for one in started[1:]:
            one.wait(LOCUST_STOP_S)
    finally:
        for one in started:
            one.close()


def _arguments(settings: Settings) -> list[str]:
    """The Locust file of the scenario, and the settings as its options."""
    given = {
        "--importer": settings.importer,
        "--provider": settings.provider,
        "--records": settings.records,
        "--users": settings.users,
        "--shape": settings.shape,
        "--per-page": settings.per_page,
        "--limit": settings.limit,
        "--faults": settings.faults,
        "--seed": settings.seed,
        "--seconds": settings.duration_s,
        "--manifest": settings.manifest,
        "--processing": settings.processing_s,
    }
    options = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    file = FOLDER / f"{settings.scenario}.py"
    return ["-f", str(file), "--headless", "--only-summary", "--exit-code-on-error", "0", *options]


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        port: int = trial.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
