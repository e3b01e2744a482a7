"""Runs the scenarios that requirements need: each when it is first wanted, and once only."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.suite import Stream, Task, judge_all, run_one
from customhouse_conformance.engine.world import World
from customhouse_conformance.gaps import utc_today
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import read_record, write_record
from customhouse_conformance.register import Requirement
from customhouse_conformance.results import Repeat, Result
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.verdicts import NoRecord
from customhouse_fakes.core.clock import monotonic

SEED = 0


@dataclass(frozen=True)
class Inspection:
    """An importer, and what is to be judged of it."""

    spec: ImporterSpec
    selection: Selection


class Runs:
    """The runs of one process. Several processes (xdist) share them by a folder: who comes second reads the record."""

    def __init__(self, folder: Path, manifest: str | None) -> None:
        self._folder = folder
        self._repeat = Repeat(SEED, manifest)
        self._records: dict[tuple[str, str, str], Record | NoRecord] = {}
        self._worlds: dict[str, World] = {}
        self._stack = ExitStack()
        self._live = LiveRuns()

    def judge(self, inspection: Inspection, requirement: Requirement) -> Result:
        """The result of one requirement; runs what has not been run for another."""
        began = monotonic()
        alone = replace(inspection.selection, requirements=(requirement,))
        records = {scenario.id: self._record(inspection, scenario) for scenario in alone.scenarios()}
        return judge_all([alone], [records], self._repeat, Stream(()), began, utc_today()).results[0]

    def close(self) -> None:
        """Stop the fakes, and leave no importer behind."""
        self._live.kill_all()
        self._stack.close()

    def _record(self, inspection: Inspection, scenario: Scenario) -> Record | NoRecord:
        key = (inspection.spec.name, inspection.spec.provider, scenario.id)
        if key not in self._records:
            path = self._folder / f"{quote('-'.join(key), safe='')}.jsonl"
            with _locked(path.with_suffix(".lock")):
                self._records[key] = read_record(path) if path.exists() else self._run(inspection, scenario, path)
        return self._records[key]

    def _run(self, inspection: Inspection, scenario: Scenario, path: Path) -> Record | NoRecord:
        """A record that there is none of stays here: the next process may have more luck."""
        world, task = self._world(inspection.spec.provider), Task(inspection.spec, inspection.selection)
        record = run_one(world, task, scenario, SEED, self._live, Stream(()))
        if isinstance(record, Record):
            write_record(record, path)
        return record

    def _world(self, provider: str) -> World:
        if provider not in self._worlds:
            self._worlds[provider] = self._stack.enter_context(World(available([provider])))
        return self._worlds[provider]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with its process, however that ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
