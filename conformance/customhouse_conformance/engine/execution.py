"""Carries out one run plan: starts the importer as often as the plan says, and describes each of its processes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from customhouse_conformance.adapters import Job, Launch, Run
from customhouse_conformance.engine.capture import files_of, text_of, texts_of
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.secrets import Scan, scan
from customhouse_conformance.engine.source import write_source
from customhouse_conformance.engine.watch import Watch
from customhouse_conformance.engine.world import Account
from customhouse_conformance.errors import DidNotStartError
from customhouse_conformance.manifest import ImporterSpec
from customhouse_conformance.record import Process, Row
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

    def run_group(self, steps: tuple[Step, ...], first_number: int) -> list[Process]:
        """Run the steps of a group at the same time; returns when all have ended and the fake has settled."""
        watch = Watch(self.ceilings)
        before = self.account.total
        stop = self.account.on_exchange(watch.on_exchange)
        try:
            deadline = monotonic() + self.ceilings.seconds
            with ThreadPoolExecutor(len(steps)) as pool:
                ended = list(pool.map(lambda step: self._run(step, watch, deadline), steps))
        finally:
            self.account.settle()
            stop()
        numbers = (before + 1, self.account.total) if self.account.total > before else (None, None)
        return [
            self._describe(step, one, first_number + offset, numbers)
            for offset, (step, one) in enumerate(zip(steps, ended, strict=True))
        ]

    def _run(self, step: Step, watch: Watch, deadline: float) -> "_Ended":
        launch = self._prepare(step)
        began = monotonic()
        try:
            run = watch.start(step, lambda: self.spec.adapter.start(launch))
        except DidNotStartError as error:
            return _Ended(launch, None, "itself", 0.0, str(error))
        with self.live.holding(run):
            if not run.wait(max(0.0, deadline - monotonic())):
                watch.out_of_time(step.label)
            _wait_for_death(run)
            took = monotonic() - began
        return _Ended(launch, run.exit_code, watch.ended_by(step.label, run.exit_code), took, None)

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
        )
        return Launch(job, self.spec.env, output / "stdout", output / "stderr")

    def _describe(self, step: Step, ended: "_Ended", n: int, numbers: tuple[int | None, int | None]) -> Process:
        launch = ended.launch
        files = dict(files_of(launch.job.workdir))
        found = self._scan(launch, files)
        return Process(
            n=n,
            label=step.label,
            exit_code=ended.exit_code,
            ended_by=ended.ended_by,
            duration_s=round(ended.duration_s, 4),
            stdout=_text_if_any(launch.stdout),
            stderr=_text_if_any(launch.stderr),
            files=texts_of(files, launch.job.source),
            secrets=found.secrets,
            unread=found.unread,
            first_exchange=numbers[0],
            last_exchange=numbers[1],
            start_error=ended.start_error,
        )

    def _scan(self, launch: Launch, files: dict[str, Path]) -> Scan:
        outputs = {"stdout": launch.stdout, "stderr": launch.stderr}
        places = {name: path for name, path in outputs.items() if path.exists()}
        places |= {f"file:{name}": path for name, path in files.items()}
        return scan(places, self.account.token)


@dataclass(frozen=True, slots=True)
class _Ended:
    launch: Launch
    exit_code: int | None
    ended_by: str
    duration_s: float
    start_error: str | None


def _wait_for_death(run: Run) -> None:
    """After the ceiling's SIGKILL the process is gone within moments; more than that is the machine's trouble."""
    if not run.wait(10):
        raise DidNotStartError("a killed process does not end", "see the machine's log; it may be out of memory")


def _text_if_any(path: Path) -> str:
    return text_of(path) if path.exists() else ""
