"""The stage's loopback HTTP: Locust's users order imports, ask who the app is, and listen to samples.

| call | answer |
|---|---|
| `POST /imports` an `Order` | facts, a line each, until the import has ended |
| `POST /stop` `{"worker"}` | that worker's imports end now, each with its `ended` |
| `POST /sandboxes` `{"limits"}` | credentials for plain traffic |
| `GET /app` | see `App.describe` |
| `POST /claim` | the number of the next business, counted from 0 |
| `GET /samples` | a `sample` fact a second |
"""

from __future__ import annotations

import hmac
import json
import os
import socket
import tempfile
import threading
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.errors import ConformanceError
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.scenarios import PULLING
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.randomness import secret_token
from customhouse_loadtests.facts import Fact, new_fact
from customhouse_loadtests.settings import API, Settings
from customhouse_loadtests.usage import machine_cpu_s, usage_of

from .app import App, app_running
from .fakes import Fakes, fakes_of
from .importing import Importing, Order
from .sources import Sources

SAMPLE_S = 1.0


class Stage:
    """Fakes, importers or the app, and the door for Locust. Use as a context manager."""

    def __init__(self, settings: Settings, ready_file: Path | None) -> None:
        self.settings = settings
        self.token = secret_token()
        self.name = f"{socket.gethostname()}/{os.getpid()}"
        self.clock = Clock()
        self.live = LiveRuns()
        self.over = threading.Event()
        self.claims = count()
        self.app: App | None = None
        self.spec = _spec_of(settings)
        self._ready_file = ready_file
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _open(self) -> None:
        folder = self._stack.enter_context(
            tempfile.TemporaryDirectory(prefix="customhouse-load-", ignore_cleanup_errors=True)
        )
        self.folder = Path(folder).resolve()
        self.fakes: Fakes = self._stack.enter_context(fakes_of(self._ready_file, self.settings.fake_processes))
        self._stack.callback(self.live.close_all)
        if self.spec is not None:
            self.sources = Sources(self.spec, self.settings.seed, self.folder)
            if self.spec.provider in PULLING:
                self.app = self._stack.enter_context(
                    app_running(self.spec, self.settings, self.fakes, self.sources, self.folder, self.live)
                )
            else:
                self.sources.file(self.settings.records)  # before anybody's time runs
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        self._stack.callback(self._server.server_close)
        self._stack.callback(self._server.shutdown)
        self._stack.callback(self.over.set)

    @property
    def ready(self) -> dict[str, Any]:
        """The ready line."""
        return {"url": f"http://127.0.0.1:{self._server.server_port}", "token": self.token}

    def stop_for(self, worker: str) -> threading.Event:
        """What ends the imports of a worker."""
        with self._lock:
            return self._stops.setdefault(worker, threading.Event())

    def sample(self) -> Fact:
        """Memory and CPU of the fakes and of the app, where they run here."""
        fact = new_fact(
            "sample", self.clock.now(), stage=self.name, cores=os.cpu_count(), machine_cpu_s=machine_cpu_s()
        )
        for name, pid in (("fakes", self.fakes.pid), ("app", self.app.pid if self.app else None)):
            usage = usage_of(pid) if pid else None
            fact |= {f"{name}_mb": usage and round(usage.mb, 2), f"{name}_cpu_s": usage and round(usage.cpu_s, 3)}
        return fact

    def importing(self, document: dict[str, Any], tell: Any) -> Importing:
        """An import as it was ordered."""
        assert self.spec is not None  # noqa: S101 - only push users order imports
        return Importing(
            order=Order(
                document["id"], document["records"], document["limits"], document["faults"], document["profile"]
            ),
            spec=self.spec,
            fakes=self.fakes,
            live=self.live,
            source=self.sources.file,
            folder=self.folder,
            over=self.stop_for(document["worker"]),
            tell=tell,
            now=self.clock.now,
        )


def _spec_of(settings: Settings) -> Any:
    if settings.importer == API:
        return None
    manifest = load_manifest(Path(settings.manifest) if settings.manifest else None)
    return manifest.find(settings.importer, settings.provider)[0]


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        @property
        def stage(self) -> Stage:
            return stage

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """Answers are lines of JSON, and the end of the connection is the end of the answer."""

    @property
    def stage(self) -> Stage:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        sent = self.headers.get("Authorization", "")
        view = VIEWS.get((self.command, self.path))
        if not hmac.compare_digest(sent.encode(), f"Bearer {self.stage.token}".encode()) or view is None:
            self.send_error(404)
            return
        length = int(self.headers.get("Content-Length") or 0)
        document = json.loads(self.rfile.read(length)) if length else {}
        self.send_response(200)
        self.end_headers()
        try:
            view(self, document)
        except ConformanceError as error:
            self.tell(new_fact("trouble", self.stage.clock.now(), what=str(error)))

    def tell(self, fact: Any) -> None:
        """One line, at once; `OSError` when nobody listens."""
        self.wfile.write(json.dumps(fact).encode() + b"\n")
        self.wfile.flush()

    def imports(self, document: dict[str, Any]) -> None:
        self.stage.importing(document, self.tell).run()

    def stop(self, document: dict[str, Any]) -> None:
        self.stage.stop_for(document["worker"]).set()

    def sandboxes(self, document: dict[str, Any]) -> None:
        settings = self.stage.settings
        with closing(self.stage.fakes.control(settings.provider)) as control:
            self.tell(control.sandbox(settings.provider, document["limits"]))

    def who(self, _document: dict[str, Any]) -> None:
        self.tell(self.stage.app.describe() if self.stage.app else {})

    def claim(self, _document: dict[str, Any]) -> None:
        self.tell({"number": next(self.stage.claims)})

    def samples(self, _document: dict[str, Any]) -> None:
        while True:
            self.tell(self.stage.sample())
            if self.stage.over.wait(SAMPLE_S):
                return

    def handle(self) -> None:
        """Users who go in the middle are expected."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


VIEWS = {
    ("POST", "/imports"): _Handler.imports,
    ("POST", "/stop"): _Handler.stop,
    ("POST", "/sandboxes"): _Handler.sandboxes,
    ("GET", "/app"): _Handler.who,
    ("POST", "/claim"): _Handler.claim,
    ("GET", "/samples"): _Handler.samples,
}
