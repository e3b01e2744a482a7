"""How an importer is started, and what it takes: what the manifest says, read and checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from customhouse_conformance.adapters import Adapter, Service
from customhouse_conformance.facts import Row
from customhouse_conformance.gaps import Gap
from customhouse_fixtures import SourceFormat

#: Providers whose importers are told more of their account.
TELLING = ("rally",)
WEBHOOK_PATH = "/webhooks/rally"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where the source file goes inside the work folder, and what it looks like."""

    path: str
    format: str = "csv"
    root: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None

    def taken(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """The rows without the columns that the importer does not take: neither written nor judged."""
        columns = self.columns
        if columns is None:
            return tuple(rows)
        return tuple({name: value for name, value in row.items() if name in columns} for row in rows)

    def file_format(self) -> SourceFormat:
        """As the fixtures' writers want it."""
        return SourceFormat(self.format, self.root, dict(self.fields))


@dataclass(frozen=True, slots=True)
class ImporterSpec:
    """One importer for one provider. `service` is there if the provider asks it for pages.

    `webhook_path` is where it takes webhooks, if it is of those that are told a port for them.
    """

    name: str
    provider: str
    adapter: Adapter
    source: SourceSpec
    env: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float | None = None
    capabilities: tuple[str, ...] | None = None
    service: Service | None = None
    webhook_path: str = WEBHOOK_PATH
    gaps: tuple[Gap, ...] = ()
