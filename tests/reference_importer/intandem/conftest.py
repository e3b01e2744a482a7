"""What the tests share: both peers, the app in this process, and the app as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from reference_importer.common.clock import Clock, SystemClock
from reference_importer.common.redaction import Redactor
from reference_importer.intandem.ledger import Ledger
from reference_importer.intandem.options import Options, invoke
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.web import create_app
from reference_importer.intandem.wiring import Wiring

from .peers import SOURCE_TOKEN, TOKEN, Upstream, Vendor, Walk

DEADLINE_S = 30
Row = dict[str, Any]


def people(count: int, prefix: str = "p") -> list[Row]:
    """Rows with every field."""
    return [
        {
            "external_id": f"{prefix}{n}",
            "first_name": f"Ann {n}",
            "last_name": "O'Hära",
            "email": f"{prefix}{n}@example.com",
            "phone": f"+1555{n:07}",
            "address": "1 High St,\nTown",
        }
        for n in range(count)
    ]


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass
class App:
    """The app in this process, asked through Flask's test client."""

    client: FlaskClient
    wiring: Wiring
    ledger: Ledger
    said: list[str]

    def get(self, query: dict[str, Any]) -> tuple[int, Any]:
        answer = self.client.get("/app/clients/export", query_string=query)
        return answer.status_code, answer.get_json()

    def walk(self, per_page: int = 10, business: str = "biz-1") -> Walk:
        return Walk(self.get, business, per_page)

    def start(self, business: str = "biz-1") -> tuple[int, Any]:
        answer = self.client.get("/start", query_string={"business_uid": business, "staff_uid": "st-1"})
        return answer.status_code, answer.get_json()

    def report(self) -> dict[str, Any]:
        return self.wiring.desk.reporter.report()


@dataclass
class Process:
    """The app as a process."""

    arguments: list[str]
    environment: dict[str, str]
    report_path: Path
    url: str = ""
    lines: list[str] = field(default_factory=list)
    popen: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> Process:
        command = [sys.executable, "-m", "reference_importer", "intandem", *self.arguments, "--port", str(port)]
        self.popen = subprocess.Popen(command, env={**os.environ, **self.environment}, text=True, stdout=-1, stderr=-1)
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            self.lines.append(line)
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        return self

    def again(self) -> Process:
        """Once more, on the same port."""
        return self.start(int(self.url.rpartition(":")[2]))

    def get(self, query: dict[str, Any]) -> tuple[int, Any]:
        answer = requests.get(f"{self.url}/app/clients/export", params=query, timeout=DEADLINE_S)
        return answer.status_code, answer.json()

    def walk(self, per_page: int = 10, business: str = "biz-1") -> Walk:
        return Walk(self.get, business, per_page)

    def launch(self, business: str = "biz-1") -> requests.Response:
        query = {"business_uid": business, "staff_uid": "st-1"}
        return requests.get(f"{self.url}/start", params=query, timeout=DEADLINE_S)

    def end(self, with_: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; the exit code. What it said is in `lines`."""
        assert self.popen is not None
        self.popen.send_signal(with_)
        out, err = self.popen.communicate(timeout=DEADLINE_S)
        self.lines += [out, err]
        return self.popen.returncode

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.report_path.read_text(encoding="utf-8"))
        return document


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as running:
        yield running


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTANDEM_TOKEN", TOKEN)
    monkeypatch.setenv("SOURCE_TOKEN", SOURCE_TOKEN)


MakeApp = Callable[..., App]
MakeProcess = Callable[..., Process]


@pytest.fixture
def make_app(vendor: Vendor, tmp_path: Path, tokens: None) -> Iterator[MakeApp]:
    """Make the app of some rows, or of a source given by options."""
    with ExitStack() as stack:

        def make(rows: list[Row] | None, *more: str, clock: Clock | None = None, parts: Parts | None = None) -> App:
            given = [] if rows is None else ["--source", str(write(tmp_path / "rows.ndjson", rows))]
            base = ["--base-url", vendor.url, "--app-code-name", "myimport", "--state", str(tmp_path / "state.sqlite")]
            options = parse([*given, *base, "--backoff", "0.001", "--timeout", "2", *more])
            ledger, said = (parts or Parts()).ledger(options.state), list[str]()
            stack.callback(ledger.close)
            ledger.recover()
            wiring = Wiring(
                parts or Parts(), options, ledger, clock or SystemClock(), said.append, Redactor(options.secrets)
            )
            flask = create_app(wiring.desk, options.prefix, said.append)
            return App(flask.test_client(), wiring, ledger, said)

        yield make


@pytest.fixture
def make_process(vendor: Vendor, tmp_path: Path) -> Iterator[MakeProcess]:
    """Start the app of some rows as a process."""
    started: list[Process] = []

    def make(rows: list[Row] | None, *more: str, **environment: str) -> Process:
        given = [] if rows is None else ["--source", str(write(tmp_path / "rows.ndjson", rows))]
        base = ["--base-url", vendor.url, "--app-code-name", "myimport", "--state", str(tmp_path / "state.sqlite")]
        report = tmp_path / "report.json"
        arguments = [*given, *base, "--report", str(report), "--backoff", "0.001", "--timeout", "5", *more]
        secrets = {"INTANDEM_TOKEN": TOKEN, "SOURCE_TOKEN": SOURCE_TOKEN, **environment}
        started.append(Process(arguments, secrets, report))
        return started[-1].start()

    yield make
    for process in started:
        if process.popen is not None:
            process.popen.kill()
            process.popen.communicate()


def parse(argv: list[str]) -> Options:
    """The options that the arguments give; they must be usable."""
    found: list[Options] = []

    def keep(options: Options) -> int:
        found.append(options)
        return 0

    assert invoke(keep, argv) == 0
    return found[0]


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
