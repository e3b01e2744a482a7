"""What every adapter offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """What an importer is told: where the API is, who it is there, what to import, where it may write."""

    base_url: str
    token: str
    source: Path
    workdir: Path
    format: str = "csv"
    root: str | None = None
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """One start: the job, the declared environment, and the files that take its output."""

    job: Job
    env: Mapping[str, str]
    stdout: Path
    stderr: Path


class Run(Protocol):
    """A started importer, in a process group of its own."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for the end of its first process; False if it still runs. Its children do not count."""
        ...

    def kill(self) -> None:
        """SIGKILL to the whole group; harmless when nothing is left. May be called from any thread."""
        ...

    def close(self) -> None:
        """Kill whatever is left of the group and of what got away from it, and let go of the process. Idempotent."""
        ...


class Adapter(Protocol):
    """Knows how to start one importer."""

    def start(self, launch: Launch) -> Run:
        """Start it, or raise `DidNotStartError` with the reason."""
        ...

    def describe(self) -> str:
        """What is started, for records and reports; never holds a token."""
        ...
