"""Facts: what happened in a run, one JSON object a line, written as it happens.

Everything that is shown (live table, report, csv, json) is folded from this file alone, so a run that was cut off has
a report too. Times are epoch seconds. The kinds:

| kind | fields |
|---|---|
| `users` | `at`, `count` |
| `worker` | `at`, `worker`, `state` (ready, lost) |
| `started` | `at`, `id`, `worker`, `rows`: it was ordered |
| `launched` | `at`, `id`: everything was prepared, and its time begins |
| `ended` | `at`, `id`, `worker`, and the account of the import: see `stage.importing` and `users.pull` |
| `calls` | `at` (whole second), `worker`, `name`, `page`, `n`, `rows`, `refused`, `broken`, `ms` (histogram) |
| `sample` | `at`, `stage`, `cores`, `machine_cpu_s`, `fakes_mb`, `fakes_cpu_s`, `app_mb`, `app_cpu_s` |
| `job` | `at` (accepted), `worker`, `rows`, `done`, `known`, `polls` |
| `locust` | `at`, `worker`, `cpu_s`: what the Locust process itself has used |
| `trouble` | `at`, `what` |
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Fact = dict[str, Any]
Histogram = dict[str, int]


def new_fact(kind: str, at: float, **more: Any) -> Fact:
    """A fact; the carrier adds who tells it."""
    return {"kind": kind, "at": round(at, 3), **more}


def new_slice(second: int, name: str, page: int | None = None) -> Fact:
    """An empty `calls` fact."""
    return new_fact("calls", second, name=name, page=page, n=0, rows=0, refused=0, broken=0, ms={})


def bin_of(ms: float) -> str:
    """Milliseconds as the key of a histogram: two significant digits, so that an hour's calls stay small."""
    return f"{ms:.2g}" if ms < 100 else str(round(ms, -1 if ms < 1000 else -2)).removesuffix(".0")


def count_in(histogram: Histogram, ms: float) -> None:
    """One more call that took so long."""
    key = bin_of(ms)
    histogram[key] = histogram.get(key, 0) + 1


class FactFile:
    """Appends facts to a file, which is whole after each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, *facts: Fact) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(fact, separators=(",", ":")) + "\n" for fact in facts)


class FactReader:
    """Reads what was added to the file since the last time; a line in the middle of being written waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new(self) -> Iterator[Fact]:
        """The facts since the last call; none while there is no file."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                yield json.loads(line)
