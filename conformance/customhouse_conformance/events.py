"""What a run tells while it happens. The engine emits these; terminal, JSON and JUnit only listen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from customhouse_conformance.comparison import Change
from customhouse_conformance.record import Record
from customhouse_conformance.results import Result
from customhouse_conformance.verdicts import NoRecord


@dataclass(frozen=True, slots=True)
class SuiteStarted:
    """Before anything runs. When stored records are judged again `jobs` is 0, and `ran_by` the version that ran it.

    `whole`: how many requirements each importer could be asked; fewer are when `only` narrows them.
    """

    suite: str
    importers: tuple[str, ...]
    providers: tuple[str, ...]
    requirements: int
    scenarios: int
    seed: int
    jobs: int
    only: str | None
    manifest: str | None = None
    ran_by: str | None = None
    whole: Mapping[str, int] = field(default_factory=dict)

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
    """A record was frozen (`outcome`), or (`problem`) the harness failed."""

    importer: str
    provider: str
    scenario: str
    duration_s: float
    record: Path | None
    problem: str | None
    outcome: Record | NoRecord | None = None


@dataclass(frozen=True, slots=True)
class RequirementJudged:
    """One verdict, and the records of its importer that it was judged from, by scenario."""

    result: Result
    records: Mapping[str, Record | NoRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SuiteFinished:
    """After the last verdict; results by verdict, and by what gaps make of them.

    `changes` are what this version sees otherwise in a stored run than the one that ran it.
    """

    duration_s: float
    counts: Mapping[str, int]
    exit_code: int
    overlays: Mapping[str, int] = field(default_factory=dict)
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class ShrinkingStarted:
    """After the suite: the smallest source is to be found for so many failures in so many scenarios."""

    failures: int
    scenarios: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SearchMoved:
    """The search in one scenario has come so far: after so many runs comes another, or it is over."""

    importer: str
    provider: str
    scenario: str
    runs: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class FailureShrunk:
    """A result again, now with what was found, and the files that it is kept in."""

    result: Result
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ShrinkingFinished:
    """No more will be found, after so many seconds; also when it was interrupted."""

    duration_s: float = 0.0


Event = (
    SuiteStarted
    | MutantPlanned
    | ScenarioStarted
    | ScenarioFinished
    | RequirementJudged
    | SuiteFinished
    | ShrinkingStarted
    | SearchMoved
    | FailureShrunk
    | ShrinkingFinished
)


class View(Protocol):
    """Anything that listens."""

    def handle(self, event: Event, /) -> None:
        """Take note of one event; called from one thread at a time."""
        ...
