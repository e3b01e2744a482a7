"""What every adapter offers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Business:
    """One account at a provider that pulls, and where its rows are: in a file, and behind an API."""

    uid: str
    staff_uid: str
    token: str
    source: Path
    source_url: str


@dataclass(frozen=True, slots=True)
class Pull:
    """What an app is told beside its job: where to listen, as which app, for whom. The job's source is the first's."""

    port: int
    app_code_name: str
    source_token: str
    businesses: tuple[Business, ...]

    @property
    def first(self) -> Business:
        """The business that the job itself is about."""
        return self.businesses[0]

    def placeholders(self) -> dict[str, str]:
        """For the command and env; `tokens` is a JSON object by business_uid."""
        return {
            "port": str(self.port),
            "app_code_name": self.app_code_name,
            "business_uid": self.first.uid,
            "staff_uid": self.first.staff_uid,
            "source_url": self.first.source_url,
            "source_token": self.source_token,
            "tokens": json.dumps({one.uid: one.token for one in self.businesses}),
        }

    def each(self) -> list[dict[str, str]]:
        """Placeholders that repeat the word of the command in which they stand, once for each business."""
        return [
            {"each_business_uid": one.uid, "each_source": str(one.source), "each_source_url": one.source_url}
            for one in self.businesses
        ]


@dataclass(frozen=True, slots=True)
class Told:
    """What an importer is told of an account whose people it pushes, beside its job.

    `property_types` is a JSON file {name: type}; `identifier` is email, phone or the name of a property; without a
    population the importer writes to the whole workspace. Webhooks come to the port, if any come.
    """

    property_types: Path
    identifier: str
    population: str | None
    webhook_port: int
    webhook_path: str
    webhook_secret: str

    def placeholders(self) -> dict[str, str]:
        """For the command and env."""
        return {
            "property_types": str(self.property_types),
            "identifier": self.identifier,
            "population": self.population or "",
            "webhook_port": str(self.webhook_port),
            "webhook_path": self.webhook_path,
            "webhook_secret": self.webhook_secret,
        }


@dataclass(frozen=True, slots=True)
class Job:
    """What an importer is told: where the API is, who it is there, what to import, where it may write.

    `pull` is there at a provider that asks the importer for pages, `told` at one whose accounts differ.
    """

    base_url: str
    token: str
    source: Path
    workdir: Path
    format: str = "csv"
    root: str | None = None
    fields: Mapping[str, str] | None = None
    pull: Pull | None = None
    told: Told | None = None


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
    def pid(self) -> int:
        """Its first process."""
        ...

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for the end of its first process; False if it still runs. Its children do not count."""
        ...

    def signal(self, number: int) -> None:
        """Send a signal to its first process, which decides what becomes of its children."""
        ...

    def kill(self) -> None:
        """SIGKILL to the whole group; harmless when nothing is left. May be called from any thread."""
        ...

    def close(self) -> None:
        """Kill whatever is left of the group and of what got away from it, and let go of the process.

        Idempotent; may be called from any thread.
        """
        ...


class Adapter(Protocol):
    """Knows how to start one importer."""

    def start(self, launch: Launch) -> Run:
        """Start it, or raise `DidNotStartError` with the reason."""
        ...

    def describe(self) -> str:
        """What is started, for records and reports; never holds a token."""
        ...
