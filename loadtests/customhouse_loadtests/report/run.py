"""A run in its folder: what it was, and its facts. The report of another day is made from the same two files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from customhouse_conformance.engine.providers import available
from customhouse_fakes.core.profiles import parse
from customhouse_loadtests.bench import machine
from customhouse_loadtests.errors import LoadUsageError
from customhouse_loadtests.facts import FactReader
from customhouse_loadtests.fold import Fold
from customhouse_loadtests.settings import API, Settings

SCHEMA = 1
#: What a run writes, and nothing else is ever removed.
OURS = ("run.json", "facts.ndjson", "results.json", "report.html", "*.csv", "logs/*.log")


@dataclass(frozen=True, slots=True)
class Meta:
    """`state`: running (then it was killed), done or interrupted. The limit: calls, and their window."""

    settings: Settings
    workers: int
    began: float
    window_s: float
    allowed_per_s: float
    machine: dict[str, Any]
    state: str = "running"

    @classmethod
    def of(cls, settings: Settings, workers: int, began: float) -> Self:
        (provider,) = available([settings.provider])
        limits: Any = parse(provider.limits_type, settings.limits)
        return cls(settings, workers, began, limits.window_s, limits.app / limits.window_s, machine.facts())

    @property
    def name(self) -> str:
        """What the run is about, for a heading."""
        one = self.settings
        who = "API users" if one.importer == API else one.importer
        return f"{who} · {one.provider} · {one.shape}"

    def ended(self, state: str) -> Meta:
        return replace(self, state=state)

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **asdict(self)}

    def write(self, folder: Path) -> None:
        """`run.json`."""
        (folder / "run.json").write_text(json.dumps(self.to_json(), indent=2) + "\n", "utf-8")


@dataclass(frozen=True, slots=True)
class Run:
    """Meta and facts."""

    meta: Meta
    fold: Fold

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From its folder; `LoadUsageError` if there is no run in it, or one of another schema."""
        try:
            document = json.loads((folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise LoadUsageError(f"{folder} holds no run: {error}", "give the --out folder of an earlier run") from None
        if document.pop("schema", None) != SCHEMA:
            raise LoadUsageError(f"{folder} was written by another version", "run that one again")
        meta = Meta(**{**document, "settings": Settings.of(document["settings"])})
        return cls(meta, Fold.of(FactReader(folder / "facts.ndjson").new()))
