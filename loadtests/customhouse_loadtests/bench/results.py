"""A run: what was measured, on what, and how it stands to what is wanted. Tables, paper and plot are views of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .ledger import Ledger
from .others import ROWS as OTHERS
from .peers import Peer
from .plan import CONNECTIONS, PROCESSES, Plan
from .targets import Judged

NUMBERS = ("per_s", "p50_ms", "p99_ms", "cpu_us")
HEADINGS = ("requests/s", "p50 ms", "p99 ms", "CPU µs")
OPERATIONS = ("create", "update", "get", "search", "list")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of traffic; the cells after `connections` are as in `HEADINGS`."""

    what: str
    contacts: str
    connections: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Results:
    """`missing`: why a peer that was asked for is not among the measured, by name."""

    plan: Plan
    machine: Mapping[str, Any]
    ledger: Ledger
    judged: Sequence[Judged]
    asked: Sequence[Peer]
    missing: Mapping[str, str]

    @property
    def peers(self) -> list[Peer]:
        """Those that were measured."""
        return [peer for peer in self.asked if peer.name not in self.missing]

    def document(self) -> dict[str, Any]:
        """`bench.json`."""
        return {
            "schema": 1,
            "machine": self.machine,
            "plan": asdict(self.plan),
            "peers": {peer.name: f"{peer.package} {peer.version}" for peer in self.peers},
            "missing": dict(self.missing),
            "measures": self.ledger.to_json(),
            "targets": [
                {**asdict(row.target), "measured": row.measured, "outcome": row.outcome} for row in self.judged
            ],
        }

    def traffic(self) -> Iterator[Row]:
        """Ours, and the limit."""
        for connections in CONNECTIONS:
            yield self._row("bare WSGI app", "", connections, f"bare.{connections}")
        for operation in OPERATIONS:
            few = "from 0" if operation == "create" else "few"
            for contacts, size in ((few, "small"), (f"{self.plan.records:,}", "large")):
                for connections in CONNECTIONS:
                    yield self._row(operation, contacts, connections, f"{size}.{operation}.{connections}")
        for call, title in OTHERS:
            for connections in CONNECTIONS:
                yield self._row(title, "", connections, f"{call}.{connections}")
        for connections in CONNECTIONS[1:]:
            name = f"processes.{PROCESSES}.create.{connections}"
            yield self._row(f"create, {PROCESSES} processes", "from 0", connections, name)

    def rivalry(self) -> Iterator[Row]:
        """The peers; with two more cells, how many times as quick and as cheap ours was in the same turns."""
        for peer in self.peers:
            for connections in CONNECTIONS:
                name = f"peer.{peer.name}.{connections}"
                row = self._row(f"{peer.title} ({peer.version})", "", connections, name)
                times = [number(self.ledger.value(f"{name}.{how}")) for how in ("times_rate", "times_cpu")]
                yield Row(row.what, row.contacts, connections, [*row.cells, *times])

    def _row(self, what: str, contacts: str, connections: int, name: str) -> Row:
        return Row(what, contacts, connections, [number(self.ledger.value(f"{name}.{key}")) for key in NUMBERS])


def number(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
