"""Webhooks: what is sent to whom, how often it was tried, and when it is tried again.

Deliveries to one address leave in the order in which they arose; a retry, or one that a fault holds up, steps out of
the line and is overtaken. Waiting happens on the sandbox's clock, so a test advances through a retry schedule.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from .clock import Clock
from .errors import NotFoundError
from .faults import Fault, FaultPlan
from .journal import Exchange
from .outcome import Outcome, new_caller
from .request import Request
from .targets import Targets

if TYPE_CHECKING:
    from .outside import Caller

OPERATION = "webhook.deliver"
KEPT = 10_000

DeliveryState = Literal["pending", "delivered", "failed", "aborted", "dropped"]
Sign = Callable[[bytes, float], Mapping[str, str]]
Tamper = Callable[[bytes, float], tuple[Mapping[str, str], bytes]]


@dataclass(frozen=True, slots=True)
class Policy:
    """How long one attempt may take, and how many seconds after a failed attempt the next one is made.

    `abort`: name and value of a header by which an answer ends the retries of its message.
    """

    timeout_s: float = 10.0
    retry_after_s: tuple[float, ...] = ()
    abort: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `at` is the sandbox's time; `status` is None when no answer came, and then `why` says so."""

    at: float
    status: int | None
    why: str | None


@dataclass(slots=True)
class Delivery:
    """One event on its way to one address."""

    id: str
    event: str
    url: str
    body: bytes
    group: str
    policy: Policy
    sign: Sign
    heard: Heard
    tamper: Tamper | None = None
    state: DeliveryState = "pending"
    next_at: float | None = None
    attempts: list[Attempt] = field(default_factory=list)
    faults: tuple[str, ...] = ()

    def sealed(self, at: float) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of an attempt that is made at that time."""
        return (self.sign(self.body, at), self.body) if self.tamper is None else self.tamper(self.body, at)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "event": self.event,
            "url": self.url,
            "group": self.group,
            "state": self.state,
            "next_at": self.next_at,
            "attempts": [{"at": one.at, "status": one.status, "why": one.why} for one in self.attempts],
            "faults": list(self.faults),
            "body": self.body.decode("utf-8", "replace"),
        }


#: Told of every attempt, after its delivery has taken it in.
Heard = Callable[[Delivery, Attempt], None]


class Deliveries:
    """The webhooks of one sandbox. Every method belongs on the event loop."""

    def __init__(
        self,
        clock: Clock,
        targets: Targets,
        faults: FaultPlan,
        journal: Callable[[Exchange], None],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._clock = clock
        self._targets = targets
        self._faults = faults
        self._journal = journal
        self._spawn = spawn
        self._kept: dict[str, Delivery] = {}
        self._lines: dict[str, deque[Delivery]] = {}
        self._asleep: dict[str, asyncio.Task[None]] = {}
        self.total = 0

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._kept.values())

    def send(  # noqa: PLR0913 - what a sender may say of its webhook, each by name
        self,
        event: str,
        url: str,
        body: bytes,
        *,
        group: str,
        policy: Policy = Policy(),
        sign: Sign | None = None,
        tampers: Mapping[str, Tamper] | None = None,
        heard: Heard | None = None,
    ) -> Delivery:
        """Put an event in the line of its address. `sign` makes further headers at the moment of each attempt.

        `tampers` are what a fault can make of an attempt instead, by name; `heard` is told of every attempt.
        """
        delivery = self._keep(Delivery("", event, url, body, group, policy, sign or _unsigned, heard or _unheard))
        faults = self._faults.strike(OPERATION, _request(delivery))
        delivery.faults = tuple(fault.id for fault in faults)
        if _value(faults, "drop"):
            delivery.state = "dropped"
            return delivery
        for fault in faults:
            if fault.kind == "tamper":
                self._tamper(delivery, fault, (tampers or {})[fault.value])
        for _ in range(1 + int(_value(faults, "duplicate"))):
            self._line_up(delivery, _value(faults, "delay_s"))
        return delivery

    def give_up(self, url: str) -> None:
        """Make no further attempt at what waits for its next one at an address."""
        for delivery in self:
            if delivery.url == url and (sleeper := self._asleep.pop(delivery.id, None)) is not None:
                sleeper.cancel()
                delivery.state, delivery.next_at = "failed", None

    def deliver_now(self, id: str) -> Delivery:
        """Try at once: a waiting retry does not wait any longer, one that is over is sent again."""
        if id not in self._kept:
            raise NotFoundError(f"there is no delivery {id!r}; GET …/deliveries lists them")
        delivery = self._kept[id]
        if (sleeper := self._asleep.pop(id, None)) is not None:
            sleeper.cancel()
        self._spawn(self._try_alone(delivery))
        return delivery

    def clear(self) -> None:
        self._kept.clear()
        self._lines.clear()
        self._asleep.clear()
        self.total = 0

    # ---- on the way ----

    def _keep(self, delivery: Delivery) -> Delivery:
        self.total += 1
        delivery.id = f"delivery-{self.total}"
        self._kept[delivery.id] = delivery
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return delivery

    def _tamper(self, delivery: Delivery, fault: Fault, tamper: Tamper) -> None:
        """Tamper with every attempt at a delivery, or let a tampered twin, tried once, go before it."""
        if not fault.beside:
            delivery.tamper = tamper
            return
        once = replace(delivery.policy, retry_after_s=())
        twin = replace(delivery, tamper=tamper, policy=once, heard=_unheard, faults=(fault.id,), attempts=[])
        self._line_up(self._keep(twin), 0)

    def _line_up(self, delivery: Delivery, delay_s: float) -> None:
        if delay_s:
            self._sleep(delivery, delay_s)
        elif delivery.url in self._lines:
            self._lines[delivery.url].append(delivery)
        else:
            self._lines[delivery.url] = deque([delivery])
            self._spawn(self._serve(delivery.url))

    async def _serve(self, url: str) -> None:
        caller = new_caller(self._targets)
        line = self._lines[url]
        try:
            while line:
                await self._try(caller, line.popleft())
        finally:
            if self._lines.get(url) is line:
                del self._lines[url]
            caller.close()

    async def _try_alone(self, delivery: Delivery) -> None:
        caller = new_caller(self._targets)
        try:
            await self._try(caller, delivery)
        finally:
            caller.close()

    async def _try(self, caller: Caller, delivery: Delivery) -> None:
        at = self._clock.now()
        delivery.next_at = None
        sealed, body = delivery.sealed(at)
        headers = {"Content-Type": "application/json", **sealed}
        outcome = await caller.send(
            "POST", delivery.url, headers=headers, body=body, timeout_s=delivery.policy.timeout_s
        )
        row = Exchange.outgoing(at, OPERATION, outcome, group=delivery.group)
        row.faults = delivery.faults
        self._journal(row)
        delivery.attempts.append(Attempt(at, row.status, outcome.why))
        self._conclude(delivery, outcome)
        delivery.heard(delivery, delivery.attempts[-1])

    def _conclude(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.answer is not None and outcome.answer.status // 100 == 2:
            delivery.state = "delivered"
        elif _aborts(outcome, delivery.policy):
            delivery.state = "aborted"
        elif delivery.state != "delivered":
            waits = delivery.policy.retry_after_s[len(delivery.attempts) - 1 :]
            delivery.state = "pending" if waits else "failed"
            if waits:
                self._sleep(delivery, waits[0])

    def _sleep(self, delivery: Delivery, seconds: float) -> None:
        async def wake() -> None:
            await self._clock.sleep(seconds)
            self._asleep.pop(delivery.id, None)
            await self._try_alone(delivery)

        delivery.next_at = self._clock.now() + seconds
        self._asleep[delivery.id] = self._spawn(wake())


def _value(faults: list[Fault], kind: str) -> float:
    return next((float(fault.value) for fault in faults if fault.kind == kind), 0.0)


def _request(delivery: Delivery) -> Request:
    return Request("POST", delivery.url, "", {}, delivery.body)


def _aborts(outcome: Outcome, policy: Policy) -> bool:
    if policy.abort is None or outcome.answer is None:
        return False
    return policy.abort in {(name.lower(), value.strip().lower()) for name, value in outcome.answer.headers.items()}


def _unsigned(_body: bytes, _at: float) -> Mapping[str, str]:
    return {}


def _unheard(_delivery: Delivery, _attempt: Attempt) -> None:
    """Nobody wants to know."""
