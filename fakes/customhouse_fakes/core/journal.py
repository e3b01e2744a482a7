"""The bounded journal of exchanges. It knows what it has evicted, and then says "cannot tell", never "none"."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, Literal

from .answers import Answer
from .outside import Outcome
from .ratelimit import Quota
from .redaction import redact_headers, redact_text
from .request import Request

Delivery = Literal["complete", "reset", "truncated", "malformed", "held", "abandoned"]
Auth = Literal["ok", "missing", "unknown"]
Direction = Literal["in", "out"]

# Of an answer that the outside gave, no more than this is kept; `body_bytes` tells how long it was.
KEPT_ANSWER_BYTES = 1_000_000


@dataclass(slots=True)
class Exchange:
    """One request and what became of it. Filled in as it passes through the gate and the wire.

    `direction` is `in` for what clients ask of the fake, `out` for what the fake asks of others (a pulled page, a
    webhook): then `request` is what the fake sent, `answer` what came back, and `group` names the session or delivery
    that it belongs to.

    `committed`: the handler ran to its end. `refused_by`: who refused (`auth`, `rate-limit:app`, `fault:F1`,
    `rule:conflict.active`, `schema`, `harness`), and `why` in one sentence.
    """

    at: float
    request: Request
    n: int = 0
    took_ms: float = 0.0
    operation: str | None = None
    auth: Auth = "ok"
    credential: str | None = None
    answer: Answer | None = None
    delivery: Delivery = "complete"
    committed: bool = False
    refused_by: str | None = None
    why: str | None = None
    faults: tuple[str, ...] = ()
    quota: Quota | None = None
    direction: Direction = "in"
    group: str | None = None
    answer_bytes: int | None = None

    @classmethod
    def outgoing(cls, at: float, operation: str, outcome: Outcome, *, group: str) -> Exchange:
        """The row of a call that the fake made at `at`."""
        answer = outcome.answer
        return cls(
            at,
            outcome.request,
            took_ms=outcome.took_ms,
            operation=operation,
            answer=answer and replace(answer, body=answer.body[:KEPT_ANSWER_BYTES]),
            delivery="complete" if answer else "abandoned",
            committed=answer is not None,
            why=outcome.why,
            direction="out",
            group=group,
            answer_bytes=len(answer.body) if answer else None,
        )

    @property
    def status(self) -> int | None:
        return self.answer.status if self.answer else None

    def refuse(self, by: str, why: str) -> None:
        self.refused_by = by
        self.why = why

    def to_json(self, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
        """The row as it is shown and stored: bodies as text, secrets redacted."""
        request, answer, quota = self.request, self.answer, self.quota
        return {
            "n": self.n,
            "direction": self.direction,
            "group": self.group,
            "at": round(self.at, 6),
            "took_ms": round(self.took_ms, 3),
            "method": request.method,
            "path": redact_text(request.path, secrets),
            "query": redact_text(request.query_string, secrets),
            "operation": self.operation,
            "request": {
                "headers": redact_headers(request.headers),
                "body": _text(request.body, secrets),
                "body_bytes": len(request.body),
            },
            "auth": self.auth,
            "credential": self.credential,
            "status": self.status,
            "response": None
            if answer is None
            else {
                "headers": redact_headers(answer.headers),
                "body": _text(answer.body, secrets),
                "body_bytes": len(answer.body) if self.answer_bytes is None else self.answer_bytes,
            },
            "delivery": self.delivery,
            "committed": self.committed,
            "refused_by": self.refused_by,
            "why": self.why,
            "faults": list(self.faults),
            "limit": None
            if quota is None
            else {
                "name": quota.name,
                "limit": quota.limit,
                "remaining": quota.remaining,
                "reset": quota.reset,
                "window": quota.window,
            },
        }


@dataclass(slots=True, frozen=True)
class Found:
    """Rows that match. `complete` is false when evicted rows might have matched: then absence proves nothing."""

    rows: list[Exchange]
    complete: bool


class Journal:
    """The last `capacity` exchanges of a sandbox, numbered from 1 without gaps."""

    def __init__(self, capacity: int, secrets: Callable[[], tuple[str, ...]] = tuple) -> None:
        self._rows: deque[Exchange] = deque(maxlen=capacity)
        self._lock = Lock()
        self._listeners: list[Callable[[Exchange], None]] = []
        self._secrets = secrets
        self.total = 0
        self.by_status: Counter[int | None] = Counter()

    @property
    def evicted(self) -> int:
        return self.total - len(self._rows)

    def add(self, row: Exchange) -> None:
        with self._lock:
            self.total += 1
            row.n = self.total
            self._rows.append(row)
            self.by_status[row.status] += 1
        for listen in tuple(self._listeners):
            listen(row)

    def subscribe(self, listen: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call `listen` with each row as soon as its answer is decided, before a byte of it is sent."""
        self._listeners.append(listen)
        return lambda: self._listeners.remove(listen)

    def rows(self, since: int = 0, limit: int | None = None) -> list[Exchange]:
        """Rows numbered above `since`, oldest first."""
        with self._lock:
            rows = [row for row in self._rows if row.n > since]
        return rows if limit is None else rows[:limit]

    def find(
        self,
        *,
        operation: str = "*",
        direction: str = "*",
        method: str = "*",
        path: str = "*",
        status: int | None = None,
        body_contains: str = "",
        since: int = 0,
    ) -> Found:
        """Rows that match all of the filters; `operation`, `direction`, `method` and `path` are globs."""
        needle = body_contains.encode()
        rows = [
            row
            for row in self.rows(since)
            if fnmatchcase(row.operation or "", operation)
            and fnmatchcase(row.direction, direction)
            and fnmatchcase(row.request.method, method)
            and fnmatchcase(row.request.path, path)
            and (status is None or row.status == status)
            and needle in row.request.body
        ]
        return Found(rows, complete=self.evicted <= since)

    def export(self, since: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
        secrets = self._secrets()
        return (row.to_json(secrets) for row in self.rows(since, limit))

    def clear(self) -> None:
        with self._lock:
            self._rows.clear()
            self.by_status.clear()
            self.total = 0


def _text(data: bytes, secrets: tuple[str, ...]) -> str:
    return redact_text(data.decode("utf-8", "backslashreplace"), secrets)
