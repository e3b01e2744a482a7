"""Facts folded into what was seen: by second, by operation, by page, by import. Pure, and good while a run goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .facts import Fact, Histogram

#: How an import ended, when it was not cut off by us: it counts as failed unless it ended itself with 0.
CUT = "the end of the run"
#: How it "ended" when there was no process at all.
NOT_STARTED = "did not start"


@dataclass(slots=True)
class Calls:
    """Calls of one second, operation or page. `ms` is a histogram."""

    n: int = 0
    rows: int = 0
    refused: int = 0
    broken: int = 0
    ms: Histogram = field(default_factory=dict)

    def add(self, fact: Mapping[str, Any]) -> None:
        self.n += fact["n"]
        self.rows += fact["rows"]
        self.refused += fact["refused"]
        self.broken += fact["broken"]
        for key, count in fact["ms"].items():
            self.ms[key] = self.ms.get(key, 0) + count


@dataclass(slots=True)
class Import:
    """One import, or one walk through an app's pages. `end` is its account, None while it runs or if it was lost."""

    id: str
    worker: str
    began: float
    asked: int
    end: Fact | None = None

    @property
    def outcome(self) -> str:
        """done, failed, cut, or open."""
        if self.end is None:
            return "open"
        if self.end["ended_by"] == CUT:
            return "cut"
        return "done" if self.end["ended_by"] == "itself" and self.end["exit_code"] == 0 else "failed"


@dataclass(slots=True)
class Window:
    """One window of the rate limit, over all accounts that had calls in it."""

    limit: int = 0
    calls: int = 0
    refused: int = 0


@dataclass(slots=True)
class Fold:
    """What was seen so far. Seconds are epoch seconds; `samples` by the stage that took them, `locusts` by worker."""

    seconds: dict[int, Calls] = field(default_factory=dict)
    operations: dict[str, Calls] = field(default_factory=dict)
    pages: dict[int, Calls] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    windows: dict[int, Window] = field(default_factory=dict)
    users: list[tuple[float, int]] = field(default_factory=list)
    workers: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    samples: dict[str, dict[float, Fact]] = field(default_factory=dict)
    locusts: dict[str, dict[float, Fact]] = field(default_factory=dict)
    jobs: list[Fact] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    total: Calls = field(default_factory=Calls)
    first: float | None = None
    last: float | None = None

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Self:
        fold = cls()
        for fact in facts:
            fold.take(fact)
        return fold

    def take(self, fact: Fact) -> None:
        """Fold in one fact; kinds that it does not know are of a later version, and passed over."""
        take = _TAKERS.get(fact["kind"])
        if take is not None:
            take(self, fact)

    @property
    def span_s(self) -> float:
        """From the first start to the last sign of an importer's or user's life."""
        return 0.0 if self.first is None or self.last is None else max(self.last - self.first, 1e-9)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be said: there was no call, and no importer that ran at all."""
        ran = any(one.end and one.end["ended_by"] != NOT_STARTED for one in self.imports.values())
        return self.total.n == 0 and not ran

    @property
    def lost_workers(self) -> list[str]:
        """Workers that went missing."""
        return [worker for worker, story in self.workers.items() if story[-1][1] == "lost"]

    def outcomes(self) -> dict[str, int]:
        """How many imports are done, failed, cut, open, and lost with their worker."""
        counts = dict.fromkeys(("done", "failed", "cut", "open", "lost"), 0)
        lost = set(self.lost_workers)
        for one in self.imports.values():
            counts["lost" if one.end is None and one.worker in lost else one.outcome] += 1
        return counts

    def complaints(self) -> list[str]:
        """What importers that failed said, each thing once."""
        said = (one.end["complaint"] for one in self.ended() if one.end and one.end.get("complaint"))
        return list(dict.fromkeys(said))

    def ended(self) -> list[Import]:
        """Imports that have an account, by the time of their end."""
        return sorted((one for one in self.imports.values() if one.end), key=lambda one: (one.end or {})["at"])

    # ---- one for each kind ----

    def _calls(self, fact: Fact) -> None:
        for place in (
            self.seconds.setdefault(fact["at"], Calls()),
            self.operations.setdefault(fact["name"], Calls()),
            self.total,
        ):
            place.add(fact)
        if fact["page"] is not None:
            self.pages.setdefault(fact["page"], Calls()).add(fact)
        if not self.imports:  # API users have no beginning and end of their own
            self._lived(fact["at"])
            self._lived(fact["at"] + 1)

    def _started(self, fact: Fact) -> None:
        self.imports[fact["id"]] = Import(fact["id"], fact["worker"], fact["at"], fact["rows"])

    def _launched(self, fact: Fact) -> None:
        self.imports[fact["id"]].began = fact["at"]
        self._lived(fact["at"])

    def _ended(self, fact: Fact) -> None:
        self.imports[fact["id"]].end = fact
        self._lived(fact["at"])
        for number, (limit, calls, refused, _rows) in fact.get("windows", {}).items():
            window = self.windows.setdefault(int(number), Window())
            window.limit += limit
            window.calls += calls
            window.refused += refused

    def _user_count(self, fact: Fact) -> None:
        self.users.append((fact["at"], fact["count"]))

    def _worker(self, fact: Fact) -> None:
        self.workers.setdefault(fact["id"], []).append((fact["at"], fact["state"]))

    def _sample(self, fact: Fact) -> None:
        self.samples.setdefault(fact["stage"], {})[fact["at"]] = fact

    def _locust(self, fact: Fact) -> None:
        self.locusts.setdefault(fact["worker"], {})[fact["at"]] = fact

    def _job(self, fact: Fact) -> None:
        self.jobs.append(fact)

    def _trouble(self, fact: Fact) -> None:
        self.troubles.append(fact["what"])

    def _lived(self, at: float) -> None:
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)


_TAKERS = {
    "calls": Fold._calls,
    "started": Fold._started,
    "launched": Fold._launched,
    "ended": Fold._ended,
    "users": Fold._user_count,
    "worker": Fold._worker,
    "sample": Fold._sample,
    "locust": Fold._locust,
    "job": Fold._job,
    "trouble": Fold._trouble,
}
