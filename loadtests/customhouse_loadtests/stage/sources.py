"""Source files of so many rows, each written once and then copied."""

from __future__ import annotations

import threading
from pathlib import Path

from customhouse_conformance.engine.source import write_source
from customhouse_conformance.manifest import ImporterSpec
from customhouse_conformance.record import Row
from customhouse_conformance.scenarios import PULLING
from customhouse_fixtures import clients, people


class Sources:
    """Of one importer: its format, its columns. Safe from any thread."""

    def __init__(self, spec: ImporterSpec, seed: int, folder: Path) -> None:
        self._spec, self._seed, self._folder = spec, seed, folder
        self._lock = threading.Lock()

    def rows(self, count: int) -> tuple[Row, ...]:
        """People, or clients for a provider that pulls; without what the importer does not take."""
        made = clients if self._spec.provider in PULLING else people
        return self._spec.source.taken(made(count, seed=self._seed))

    def file(self, count: int) -> Path:
        """A file with so many rows, to be copied."""
        path = self._folder / f"source-{count}"
        with self._lock:
            if not path.exists():
                write_source(path, self.rows(count), self._spec.source)
        return path
