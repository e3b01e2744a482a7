"""Source files of so many rows, each written once and then copied."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from customhouse_conformance.engine.source import write_source
from customhouse_conformance.facts import Row
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_fixtures import clients, people, rally_people
from customhouse_loadtests.providers import providers

#: Who the rows are, where they are not contacts.
PEOPLE: dict[str, Callable[..., Iterator[Row]]] = {"intandem": clients, "rally": rally_people}


class Sources:
    """Of one importer: its format, its columns. Safe from any thread."""

    def __init__(self, spec: ImporterSpec, seed: int, folder: Path) -> None:
        self._spec, self._seed, self._folder = spec, seed, folder
        self._lock = threading.Lock()

    def rows(self, count: int) -> tuple[Row, ...]:
        """People in the provider's words, without what the importer does not take."""
        provider = self._spec.provider
        made = PEOPLE.get(provider, people)(count, seed=self._seed)
        plain = providers()[provider].plain
        return self._spec.source.taken({name: row[name] for name in row if name not in plain} for row in made)

    def file(self, count: int) -> Path:
        """A file with so many rows, to be copied."""
        path = self._folder / f"source-{count}"
        with self._lock:
            if not path.exists():
                write_source(path, self.rows(count), self._spec.source)
        return path
