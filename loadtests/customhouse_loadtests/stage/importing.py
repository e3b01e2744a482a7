"""One import: a sandbox and a work folder of its own, facts while it runs, an account when it has ended."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from customhouse_conformance.adapters import Job, Launch, Run, Told
from customhouse_conformance.adapters.app import free_port
from customhouse_conformance.engine.capture import text_of
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.manifest.spec import TELLING, ImporterSpec
from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.facts import Fact, new_fact
from customhouse_loadtests.fold import CUT, NOT_STARTED
from customhouse_loadtests.providers import fault_plan, providers
from customhouse_loadtests.usage import Meter

from .fakes import Control, Fakes
from .jobs import job_facts
from .tally import Tally

#: How often the importer's memory is looked at, how often the journal, and how many rows of it at a time.
LOOK_S, ASK_S, BATCH = 0.1, 0.5, 2_000
COMPLAINT_BYTES = 2_000
#: Nothing new.
STILL: Fact = {"kind": "still"}
Tell = Callable[[Fact], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a user of Locust asks for."""

    id: str
    records: int
    limits: dict[str, Any]
    faults: str
    profile: dict[str, Any]


@dataclass(slots=True)
class Importing:
    """Runs one order. `over` ends it early; `tell` takes every fact, and raises `OSError` when nobody listens."""

    order: Order
    spec: ImporterSpec
    fakes: Fakes
    live: LiveRuns
    source: Callable[[int], Path]
    folder: Path
    over: Event
    tell: Tell
    now: Callable[[], float]
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(providers()[self.spec.provider].landing)

    def run(self) -> None:
        """From an empty sandbox to its end; always tells `ended` unless nobody listens."""
        provider = self.spec.provider
        with closing(self.fakes.control(provider)) as control:
            sandbox = control.sandbox(provider, self.order.limits, profile=self.order.profile)
            path = f"/sandboxes/{sandbox['id']}"
            try:
                control.ask("PUT", f"{path}/faults", fault_plan(self.order.faults, provider))
                with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
                    launch = self._prepare(Path(folder).resolve(), sandbox)
                    self._launch(launch, control, path)
            finally:
                control.ask("DELETE", path)

    def _prepare(self, folder: Path, sandbox: dict[str, Any]) -> Launch:
        source = self.spec.source
        workdir = folder / "work"
        target = workdir / source.path
        target.parent.mkdir(parents=True)
        shutil.copyfile(self.source(self.order.records), target)
        job = Job(
            base_url=sandbox["url"],
            token=sandbox["credentials"]["token"],
            source=target,
            workdir=workdir,
            format=source.format,
            root=source.root,
            fields=dict(source.fields),
            told=self._told(folder, sandbox) if self.spec.provider in TELLING else None,
        )
        return Launch(job, self.spec.env, folder / "stdout", folder / "stderr")

    def _told(self, folder: Path, sandbox: dict[str, Any]) -> Told:
        """An account without webhooks: the importer has to ask what became of its jobs."""
        types = folder / "property-types.json"
        types.write_text(json.dumps({}), "utf-8")
        return Told(
            property_types=types,
            identifier="email",
            population=None,
            webhook_port=free_port(),
            webhook_path=self.spec.webhook_path,
            webhook_secret=sandbox["credentials"]["webhook_secret"],
        )

    def _launch(self, launch: Launch, control: Control, path: str) -> None:
        self.tell(new_fact("launched", self.now(), id=self.order.id))
        began = monotonic()
        try:
            run = self.spec.adapter.start(launch)
        except DidNotStartError as error:
            self._tell_end(None, NOT_STARTED, 0.0, None, str(error))
            return
        meter = Meter(run.pid)
        with self.live.holding(run):
            ended_by = self._watch(run, meter, control, path, began)
            took = monotonic() - began
            if ended_by != "itself":
                run.kill()
                run.wait(LOOK_S)
        self._ask(control, path)
        self._tell_jobs(control, path)
        complaint = text_of(launch.stderr, COMPLAINT_BYTES) if run.exit_code else ""
        self._tell_end(run.exit_code, ended_by, took, meter, complaint)

    def _watch(self, run: Run, meter: Meter, control: Control, path: str, began: float) -> str:
        """Until it ends; who ended it."""
        deadline = began + self.spec.timeout_s if self.spec.timeout_s else None
        asked = began
        meter.look()
        while not run.wait(LOOK_S):
            meter.look()
            if self.over.is_set():
                return CUT
            if deadline is not None and monotonic() > deadline:
                return "timeout_s of the manifest"
            if monotonic() - asked >= ASK_S:
                asked = monotonic()
                self._ask(control, path)
        return "itself"

    def _ask(self, control: Control, path: str) -> None:
        """Read what the journal has that we have not."""
        while True:
            document = control.ask("GET", f"{path}/journal/timeline?since={self.tally.last}&limit={BATCH}")
            if self.tally.take(document) < BATCH:
                break
        facts = self.tally.slices()
        for fact in facts or [STILL]:  # so that a user who has gone is noticed
            self.tell(fact)

    def _tell_jobs(self, control: Control, path: str) -> None:
        """What became of the jobs that it left behind, and the rows in them."""
        asked_at = providers()[self.spec.provider].jobs
        if asked_at is None:
            return
        for fact in job_facts(control.ask("GET", f"{path}/imports")["imports"], asked_at, self.tally):
            self.tally.rows += fact["rows"] if fact["kind"] == "job" else 0
            self.tell(fact)

    def _tell_end(self, code: int | None, ended_by: str, took_s: float, meter: Meter | None, complaint: str) -> None:
        fact = {
            **new_fact("ended", self.now(), id=self.order.id),
            "asked": self.order.records,
            "exit_code": code,
            "ended_by": ended_by,
            "took_s": round(took_s, 4),
            "cpu_s": round(meter.cpu_s, 3) if meter else None,
            "peak_mb": round(meter.peak_mb, 2) if meter else None,
            "complaint": complaint,
            **self.tally.totals(),
        }
        with suppress(OSError):
            self.tell(fact)
