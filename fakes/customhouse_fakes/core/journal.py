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

#: Of each body a row keeps so many bytes; what is longer is cut and marked, so that big bodies do not fill the memory.
KEPT_BYTES = 64 * 1024
#: An answer of the outside may be a page of a thousand clients, which judges read.
KEPT_OUT_BYTES = 1024 * 1024


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
    request_bytes: int = 0
    response_bytes: int = 0
    direction: Direction = "in"
    group: str | None = None

    @classmethod
    def outgoing(cls, at: float, operation: str, outcome: Outcome, *, group: str) -> Exchange:
        """The row of a call that the fake made at `at`."""
        return cls(
            at,
            outcome.request,
            took_ms=outcome.took_ms,
            operation=operation,
            answer=outcome.answer,
            delivery="complete" if outcome.answer else "abandoned",
            committed=outcome.answer is not None,
            why=outcome.why,
            direction="out",
            group=group,
        )

    @property
    def status(self) -> int | None:
        return self.answer.status if self.answer else None

    def refuse(self, by: str, why: str) -> None:
        self.refused_by = by
        self.why = why

    @property
    def cut(self) -> bool:
        """Whether the row lacks a part of what was sent."""
        return self.request_bytes > len(self.request.body)

    def bound(self) -> None:
        """Note how large the bodies were, and keep no more than the beginning of each."""
        most = KEPT_OUT_BYTES if self.direction == "out" else KEPT_BYTES
        self.request_bytes = len(self.request.body)
        if self.request_bytes > most:
            self.request = replace(self.request, body=self.request.body[:most])
        if self.answer is not None:
            self.response_bytes = len(self.answer.body)
            if self.response_bytes > most:
                self.answer = replace(self.answer, body=self.answer.body[:most])

    def to_json(self, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
        """The row as it is shown and stored: bodies as text, secrets redacted. `body_bytes` is the size as sent."""
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
                "headers": redact_headers(request.headers, secrets),
                **_body(request.body, self.request_bytes, secrets),
            },
            "auth": self.auth,
            "credential": self.credential,
            "status": self.status,
            "response": None
            if answer is None
            else {
                "headers": redact_headers(answer.headers, secrets),
                **_body(answer.body, self.response_bytes, secrets),
            },
            "delivery": self.delivery,
            "committed": self.committed,
            "refused_by": self.refused_by,
            "why": self.why and redact_text(self.why, secrets),
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
    """Rows that match. `complete` is false when evicted rows or cut bodies might have matched: then absence proves
    nothing."""

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
        """Number a row and keep it, its bodies bounded: whoever sends the answer holds it elsewhere."""
        row.bound()
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
        alike = [
            row
            for row in self.rows(since)
            if fnmatchcase(row.operation or "", operation)
            and fnmatchcase(row.direction, direction)
            and fnmatchcase(row.request.method, method)
            and fnmatchcase(row.request.path, path)
            and (status is None or row.status == status)
        ]
        rows = [row for row in alike if needle in row.request.body]
        unread = any(row.cut and needle not in row.request.body for row in alike)
        return Found(rows, complete=self.evicted <= since and not unread)

    def export(self, since: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
        secrets = self._secrets()
        return (row.to_json(secrets) for row in self.rows(since, limit))

    def clear(self) -> deque[Exchange]:
        """Forget everything; the rows that were kept are handed out."""
        with self._lock:
            rows, self._rows = self._rows, deque(maxlen=self._rows.maxlen)
            self.by_status.clear()
            self.total = 0
        return rows


def _body(kept: bytes, size: int, secrets: tuple[str, ...]) -> dict[str, Any]:
    text = redact_text(kept.decode("utf-8", "backslashreplace"), secrets)
    return {"body": text, "body_bytes": max(size, len(kept)), "body_cut": size > len(kept)}
