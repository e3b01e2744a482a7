"""What a run tells while it happens. The engine emits these; terminal, JSON and JUnit only listen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from customhouse_conformance.record import Record
from customhouse_conformance.results import Result
from customhouse_conformance.verdicts import NoRecord


@dataclass(frozen=True, slots=True)
class SuiteStarted:
    """Before anything runs. `jobs` is 0 when stored records are judged again."""

    suite: str
    importers: tuple[str, ...]
    providers: tuple[str, ...]
    requirements: int
    scenarios: int
    seed: int
    jobs: int
    only: str | None
    manifest: str | None = None

    @property
    def importer(self) -> str:
        """All names, as a headline says them."""
        return ", ".join(self.importers)


@dataclass(frozen=True, slots=True)
class MutantPlanned:
    """A mutant is to be run through so many scenarios."""

    importer: str
    provider: str
    scenarios: int


@dataclass(frozen=True, slots=True)
class ScenarioStarted:
    """An importer is about to be started."""

    importer: str
    provider: str
    scenario: str


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    """A record was frozen, or (`problem`) the harness failed."""

    importer: str
    provider: str
    scenario: str
    duration_s: float
    record: Path | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class RequirementJudged:
    """One verdict, and the records of its importer that it was judged from, by scenario."""

    result: Result
    records: Mapping[str, Record | NoRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SuiteFinished:
    """After the last verdict; results by verdict, and by what gaps make of them."""

    duration_s: float
    counts: Mapping[str, int]
    exit_code: int
    overlays: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShrinkingStarted:
    """After the suite: the smallest source is to be found for so many failures in so many scenarios."""

    failures: int
    scenarios: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FailureShrunk:
    """A result again, now with what was found, and the files that it is kept in."""

    result: Result
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ShrinkingFinished:
    """No more will be found; also when it was interrupted."""


Event = (
    SuiteStarted
    | MutantPlanned
    | ScenarioStarted
    | ScenarioFinished
    | RequirementJudged
    | SuiteFinished
    | ShrinkingStarted
    | FailureShrunk
    | ShrinkingFinished
)


class View(Protocol):
    """Anything that listens."""

    def handle(self, event: Event, /) -> None:
        """Take note of one event; called from one thread at a time."""
        ...
