"""Carries out one run plan: starts the importer as often as the plan says, and describes each of its processes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from customhouse_conformance.adapters import Job, Launch, Run
from customhouse_conformance.engine.describing import Ended, describe
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.room import LOOK_S, Room
from customhouse_conformance.engine.secrets import forms_of
from customhouse_conformance.engine.source import write_source
from customhouse_conformance.engine.watch import Watch
from customhouse_conformance.engine.world import Account
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.facts import Process, Row
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.scenarios import Ceilings
from customhouse_conformance.scenarios.plans import Step
from customhouse_fakes.core.clock import monotonic


@dataclass(frozen=True, slots=True)
class Execution:
    """What the steps of one scenario share."""

    spec: ImporterSpec
    account: Account
    rows: tuple[Row, ...]
    folder: Path
    ceilings: Ceilings
    live: LiveRuns
    env: Mapping[str, str] = field(default_factory=dict)

    def run_group(self, steps: tuple[Step, ...], first_number: int) -> list[Process]:
        """Run the steps of a group at the same time; returns when all have ended and the fake has settled."""
        watch = Watch(self.ceilings, self.account.lose_what_comes)
        before = self.account.total
        stop = self.account.on_exchange(watch.on_exchange)
        try:
            deadline = monotonic() + self.ceilings.seconds
            with ThreadPoolExecutor(len(steps)) as pool:
                ended = list(pool.map(lambda step: self._run(step, watch, deadline), steps))
        finally:
            self.account.settle()
            self.account.finish()
            stop()
        if self.account.total > before:
            ended = [replace(one, first_exchange=before + 1, last_exchange=self.account.total) for one in ended]
        needles = forms_of(self.account.secrets())
        return [describe(one, first_number + offset, needles) for offset, one in enumerate(ended)]

    def _run(self, step: Step, watch: Watch, deadline: float) -> Ended:
        launch = self._prepare(step)
        began = monotonic()
        try:
            run = watch.start(step, lambda: self.spec.adapter.start(launch))
        except DidNotStartError as error:
            return Ended(step.label, launch, None, "itself", 0.0, str(error))
        with self.live.holding(run):
            attend(run, step.label, Room(launch.job.workdir, launch.stdout.parent), watch, deadline)
            wait_for_death(run)
            took = monotonic() - began
        return Ended(step.label, launch, run.exit_code, watch.ended_by(step.label, run.exit_code), took)

    def _prepare(self, step: Step) -> Launch:
        source_spec = self.spec.source
        workdir = self.folder / step.workdir
        output = self.folder / f"output-{step.label}"
        workdir.mkdir(exist_ok=True)
        output.mkdir()
        source = workdir / source_spec.path
        write_source(source, self.rows, source_spec, step.source)
        job = Job(
            base_url=self.account.base_url,
            token=self.account.token,
            source=source,
            workdir=workdir,
            format=source_spec.format,
            root=source_spec.root,
            fields=dict(source_spec.fields),
            told=self.account.told(output),
        )
        return Launch(job, {**self.env, **self.spec.env}, output / "stdout", output / "stderr")


def attend(run: Run, label: str, room: Room, watch: Watch, deadline: float) -> None:
    """Wait for its end, or make it end when its seconds or its room are used up."""
    while not run.wait(min(LOOK_S, max(0.0, deadline - monotonic()))):
        if monotonic() >= deadline:
            watch.out_of_time(label)
            return
        if room.is_over():
            watch.out_of_room(label)
            return


def wait_for_death(run: Run) -> None:
    """After the ceiling's SIGKILL the process is gone within moments; more than that is the machine's trouble."""
    if not run.wait(10):
        raise DidNotStartError("a killed process does not end", "see the machine's log; it may be out of memory")
