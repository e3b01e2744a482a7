"""The record of one run of one scenario: everything that a judge may look at, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from customhouse_conformance.facts import (
    SHOWING,
    Exchange,
    Header,
    Process,
    Row,
    Served,
    State,
    Stray,
    UpstreamCall,
)


@dataclass(frozen=True)
class Record:
    """One run, with the views that judges use. Build it once; it never changes."""

    header: Header
    processes: tuple[Process, ...]
    exchanges: tuple[Exchange, ...]
    states: tuple[State, ...]
    served: Served
    strays: tuple[Stray, ...] = ()
    upstream: tuple[UpstreamCall, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The canonical source rows in file order."""
        return self.header.source.rows

    @cached_property
    def _moments(self) -> Mapping[str, tuple[Row, ...]]:
        return {state.moment: state.objects for state in self.states}

    def objects(self, kind: str, moment: str = "after") -> tuple[Row, ...]:
        """Export lines of one type at one moment: `record.objects("contact")`."""
        return self._by_kind.get((moment, kind), ())

    @cached_property
    def _by_kind(self) -> Mapping[tuple[str, object], tuple[Row, ...]]:
        found: dict[tuple[str, object], list[Row]] = {}
        for state in self.states:
            for line in state.objects:
                found.setdefault((state.moment, line.get("type")), []).append(line)
        return {place: tuple(lines) for place, lines in found.items()}

    @property
    def before(self) -> tuple[Row, ...]:
        """The store as seeded, before the importer ran."""
        return self._moments.get("before", ())

    @property
    def between(self) -> tuple[Row, ...]:
        """The store between two parts of the plan; empty when the plan has one part."""
        return self._moments.get("between", ())

    @property
    def after(self) -> tuple[Row, ...]:
        """The store at the end."""
        return self._moments.get("after", ())

    def process(self, label: str) -> Process | None:
        """The process of that label (first, second, control, then), None when it was not run."""
        return next((process for process in self.processes if process.label == label), None)

    @property
    def last_process(self) -> Process:
        """The process that ran last."""
        return self.processes[-1]

    @cached_property
    def notes(self) -> dict[object, Any]:
        """What was worked out from the record and may be asked for again; see `store`."""
        return {}

    @cached_property
    def requests(self) -> tuple[Exchange, ...]:
        """What the importer sent to the fake; what the fake asked of it is not among them."""
        return tuple(row for row in self.exchanges if row.direction == "in")

    def operation(self, pattern: str, process: Process | None = None) -> tuple[Exchange, ...]:
        """Exchanges whose operation matches a glob (`contacts.create`, `contacts.*`), of one process if given."""
        among = self.exchanges if process is None else self.during(process)
        return tuple(row for row in among if row.operation and fnmatchcase(row.operation, pattern))

    def begun_after(self, answered: Exchange, grace_s: float = 0.0) -> tuple[Exchange, ...]:
        """Exchanges that arrived when an answer had been sent, and so many seconds later."""
        sent = answered.at + answered.took_ms / 1000 + grace_s
        return tuple(row for row in self.exchanges if row.at > sent)

    def during(self, process: Process) -> tuple[Exchange, ...]:
        """Exchanges made while a process ran (two at once share theirs)."""
        if process.first_exchange is None or process.last_exchange is None:
            return ()
        return tuple(row for row in self.exchanges if process.first_exchange <= row.n <= process.last_exchange)

    def writes(self, process: Process | None = None) -> tuple[Exchange, ...]:
        """Requests of the importer's that could change the store."""
        among = self.exchanges if process is None else self.during(process)
        return tuple(row for row in among if row.is_write and row.direction == "in")

    def with_fault(self, fault: str) -> tuple[Exchange, ...]:
        """Exchanges that a fault of the plan touched, by its id."""
        return tuple(row for row in self.exchanges if fault in row.faults)

    def text(self) -> str:
        """Everything that all processes said, files included."""
        return "\n".join(process.text() for process in self.processes)

    def texts(self) -> Iterator[tuple[str, str]]:
        """The same by place: (stdout, stderr, file:NAME or page:WHAT, text)."""
        for process in self.processes:
            yield "stdout", process.stdout
            yield "stderr", process.stderr
            yield from ((f"file:{name}", text) for name, text in process.files.items())
            yield from ((f"page:{visit.what}", visit.body) for visit in process.visits if visit.what in SHOWING)

    @property
    def ended_by_ceiling(self) -> Process | None:
        """The first process that a ceiling had to stop, if any."""
        return next((p for p in self.processes if p.ended_by.endswith("-ceiling")), None)

    def items(self) -> Iterator[object]:
        """All facts in the order of the file."""
        yield self.header
        yield from self.processes
        yield from self.exchanges
        yield from self.states
        yield self.served
        yield from self.strays
        yield from self.upstream
