"""The bounded journal of exchanges. It knows what it has evicted, and then says "cannot tell", never "none"."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from threading import Lock
from typing import Any, Literal

from .answers import Answer
from .outcome import Outcome
from .packing import Block
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
#: So many rows at least are there as they are; what is older is packed, so many rows at a time.
FRESH = 512
BLOCK = 64


@dataclass(slots=True)
class Exchange:
    """One request and what became of it. Filled in as it passes through the gate and the wire.

    `direction` is `in` for what clients ask of the fake, `out` for what the fake asks of others (a pulled page, a
    webhook): then `request` is what the fake sent, `answer` what came back, and `group` names the session or delivery
    that it belongs to.

    `committed`: the handler ran to its end. `held`: its answer waits for something. `refused_by`: who refused
    (`auth`, `rate-limit:app`, `fault:F1`, `rule:conflict.active`, `schema`, `harness`), and `why` in one sentence.
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
    held: bool = False

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
    def unsettled(self) -> bool:
        """Whether the row may change after it was journaled: a fault or a wait lies between it and its delivery."""
        return self.held or bool(self.faults)

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
    """The last `capacity` exchanges of a sandbox, numbered from 1 without gaps. The older of them are packed."""

    def __init__(self, capacity: int, secrets: Callable[[], tuple[str, ...]] = tuple) -> None:
        self._capacity = capacity
        self._packed: deque[Block] = deque()
        self._fresh: deque[Exchange] = deque()
        self._kept = 0
        self._lock = Lock()
        self._listeners: list[Callable[[Exchange], None]] = []
        self._secrets = secrets
        self.total = 0
        self.by_status: Counter[int | None] = Counter()

    @property
    def evicted(self) -> int:
        return self.total - self._kept

    def add(self, row: Exchange) -> None:
        """Number a row and keep it, its bodies bounded: whoever sends the answer holds it elsewhere."""
        row.bound()
        with self._lock:
            self.total += 1
            row.n = self.total
            self._fresh.append(row)
            self._kept += 1
            if self._kept > self._capacity:
                self._evict()
            if len(self._fresh) >= FRESH + BLOCK:
                self._packed.append(Block([self._fresh.popleft() for _ in range(BLOCK)]))
            self.by_status[row.status] += 1
        for listen in tuple(self._listeners):
            listen(row)

    def _evict(self) -> None:
        """Forget the oldest row."""
        self._kept -= 1
        if not self._packed:
            self._fresh.popleft()
            return
        oldest = self._packed[0]
        oldest.dropped += 1
        if oldest.dropped == oldest.size:
            self._packed.popleft()

    def subscribe(self, listen: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call `listen` with each row as soon as its answer is decided, before a byte of it is sent."""
        self._listeners.append(listen)
        return lambda: self._listeners.remove(listen)

    def rows(self, since: int = 0, limit: int | None = None) -> list[Exchange]:
        """Rows numbered above `since`, oldest first."""
        return list(islice(self._above(since), limit))

    def _above(self, since: int) -> Iterator[Exchange]:
        """The same one by one, as they are now: a block is unpacked when its turn comes."""
        with self._lock:
            blocks = [block for block in self._packed if block.last > since]
            fresh = list(self._fresh)
        for block in blocks:
            yield from (row for row in block.rows(Exchange) if row.n > since)
        yield from (row for row in fresh if row.n > since)

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
            for row in self._above(since)
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
        return (row.to_json(secrets) for row in islice(self._above(since), limit))

    def clear(self) -> list[object]:
        """Forget everything; what was kept is handed out, for whoever wants to free it later."""
        with self._lock:
            left_behind: list[object] = [self._packed, self._fresh]
            self._packed, self._fresh = deque(), deque()
            self.by_status.clear()
            self.total = self._kept = 0
        return left_behind


def _body(kept: bytes, size: int, secrets: tuple[str, ...]) -> dict[str, Any]:
    text = redact_text(kept.decode("utf-8", "backslashreplace"), secrets)
    return {"body": text, "body_bytes": max(size, len(kept)), "body_cut": size > len(kept)}
