"""The gate: every vendor request passes here, and nothing else knows the order of the checks.

Credential -> rate limit -> route -> fault before -> handler -> own-answer check -> vendor headers -> journal.
The gate never waits: delays, hangs and broken bytes are carried out by the wire (`serving.wire`) from what it decides.
"""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from .answers import Answer, html_page
from .call import Call, enter, leave
from .clock import monotonic
from .faults import Fault
from .journal import Exchange
from .leanflask import LeanFlask, Match
from .provider import Provider
from .registry import Registry
from .request import Request
from .shards.losses import Loss

ANSWERING = ("status", "html", "redirect")
SILENCING = ("hang", "reset")
#: Says why, where no vendor would answer: an account that died with its process is an outage, never an empty account.
LOST = "Customhouse-Lost"


@dataclass(slots=True)
class Passage:
    """A request between admission and delivery, with the faults that strike it.

    `answer` is what is sent, whole; the row keeps a bounded copy. `crash`: what broke in us on the way in.
    """

    row: Exchange
    call: Call | None
    began: float
    match: Match | None = None
    answer: Answer | None = None
    faults: list[Fault] = field(default_factory=list)
    oversized: bool = False
    crash: str | None = None

    def struck(self, where: str, *kinds: str) -> Fault | None:
        return next((f for f in self.faults if f.where == where and f.kind in kinds), None)

    def struck_anywhere(self, kind: str) -> bool:
        """Whether a fault of this kind strikes a request that was let in and not throttled."""
        return any(f.kind == kind for f in self.faults)

    def delay(self, where: str) -> float:
        """Seconds to hold this request on the sandbox's clock."""
        return sum((float(f.value) for f in self.faults if f.where == where and f.kind == "delay_s"), 0.0)


class Gate:
    """Admission and answer for one provider. Runs on the event loop; every method returns at once."""

    def __init__(self, provider: Provider, registry: Registry, app: LeanFlask, *, strict: bool = False) -> None:
        self._provider = provider
        self._dialect = provider.dialect
        self._registry = registry
        self._app = app
        self._strict = strict

    def admit(self, request: Request, *, oversized: bool = False) -> Passage:
        """Find out whose request it is, count it, route it, and see which faults strike it.

        `oversized`: the body was too large to be read, so the request is there without it.
        """
        began = monotonic()
        token = self._dialect.credential(request)
        door = self._registry.by_token(self._provider.name, token) if token else None
        if door is None:
            loss = self._registry.losses.of_credential(self._provider.name, token) if token else None
            return self._turn_away(request, began, missing=token is None, loss=loss)
        sandbox, credential = door
        row = Exchange(sandbox.clock.now(), request, credential=credential)
        passage = Passage(row, Call(request, sandbox, credential, None), began, oversized=oversized)
        try:
            self._look_up(passage, request)
        except Exception:
            passage.crash = traceback.format_exc()
        return passage

    def answer(self, passage: Passage) -> None:
        """Decide the answer and journal the exchange, whatever happens on the way."""
        call, row = passage.call, passage.row
        if call is None:
            return
        try:
            if passage.crash is None:
                row.answer = self._decided(passage, call, row)
            else:
                row.answer = self._own_fault(call, row, passage.crash)
        except Exception:
            row.answer = self._own_fault(call, row, traceback.format_exc())
        finally:
            passage.answer = row.answer
            row.took_ms = (monotonic() - passage.began) * 1000
            row.held = call.hold is not None
            call.sandbox.journal.add(row)

    def note_abandoned(self, head: Request) -> None:
        """Journal a request whose client left before its body was whole: it counts against no limit."""
        token = self._dialect.credential(head)
        door = self._registry.by_token(self._provider.name, token) if token else None
        clock = door[0].clock if door else self._registry.clock
        row = Exchange(clock.now(), head, delivery="abandoned")
        row.refuse("client", "abandoned while sending: the client left before its body was whole")
        if door is None:
            row.auth = "unknown" if token else "missing"
            self._registry.note_stray(self._provider.name, row)
            return
        sandbox, row.credential = door
        row.operation = self._app.match(head.method, head.path).operation
        sandbox.journal.add(row)

    def _look_up(self, passage: Passage, request: Request) -> None:
        """Count the call, find its route, and see which faults strike it."""
        call, row = passage.call, passage.row
        assert call is not None  # noqa: S101 - only who was let in is looked up
        passage.match = self._app.match(request.method, request.path)
        call.operation = row.operation = passage.match.operation
        row.quota = call.sandbox.limiter.hit(call.credential)
        if row.quota.allowed:
            passage.faults = call.sandbox.faults.strike(row.operation, request)
            row.faults = tuple(fault.id for fault in passage.faults)
            if passage.struck("before", "use_up") is not None:
                row.quota = call.sandbox.limiter.use_up(call.credential)

    def _decided(self, passage: Passage, call: Call, row: Exchange) -> Answer | None:
        """The finished answer, checked against its schema in strict mode."""
        answer = self._decide(passage, call, row)
        if answer is not None:
            self._dialect.finish(call, answer, row.quota)
            if self._strict and row.committed:
                self._check_own_answer(call, row, answer)
        return answer

    def _decide(self, passage: Passage, call: Call, row: Exchange) -> Answer | None:
        """The answer, or None when the connection is to fall silent or break before the handler."""
        if row.quota is not None and not row.quota.allowed:
            row.refuse(
                f"rate-limit:{row.quota.name}",
                f"the {row.quota.name}'s {row.quota.limit} calls of this window are used up",
            )
            return self._dialect.throttled(call, row.quota)
        if passage.oversized:
            row.refuse("body-limit", "the body is larger than the fake reads at all")
            return self._dialect.status(call, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if (fault := passage.struck("before", *ANSWERING, *SILENCING)) is not None:
            row.refuse(f"fault:{fault.id}", f"the fault plan asked for {fault.kind} before the handler")
            return self._faulty(call, row, fault)
        if passage.match is None or passage.match.operation is None:
            row.refuse("route", f"no route for {call.request.method} {call.request.path}")
            return self._dialect.no_route(call, wrong_method=bool(passage.match and passage.match.wrong_method))
        answer = self._handle(call, passage.match, row)
        if (fault := passage.struck("after", *ANSWERING)) is not None:
            row.refuse(f"fault:{fault.id}", f"the fault plan asked for {fault.kind} after the change was committed")
            return self._faulty(call, row, fault)
        return answer

    def _handle(self, call: Call, match: Match, row: Exchange) -> Answer:
        token = enter(call)
        try:
            answer, refusal = self._app.answer(call.request, match)
        finally:
            leave(token)
        row.committed = True
        if refusal is not None:
            row.refuse(f"rule:{refusal.rule}", refusal.why)
        return answer

    def _faulty(self, call: Call, row: Exchange, fault: Fault) -> Answer | None:
        if fault.kind == "status":
            if fault.value == HTTPStatus.TOO_MANY_REQUESTS and row.quota is not None:
                row.quota = row.quota.spent(call.sandbox.clock.now(), fault.retry_after_s)
            answer = self._dialect.status(call, fault.value)
            if fault.retry_after_s is not None:
                answer.headers["Retry-After"] = str(fault.retry_after_s)
            return answer
        if fault.kind == "html":
            return html_page(fault.value)
        if fault.kind == "redirect":
            return Answer(fault.redirect_status, b"", {"Location": fault.value})
        return None

    def _turn_away(self, request: Request, began: float, *, missing: bool, loss: Loss | None) -> Passage:
        row = Exchange(self._registry.clock.now(), request, auth="missing" if missing else "unknown")
        if loss is None:
            row.refuse("auth", "no credential was sent" if missing else "no sandbox is opened by this credential")
            profile = self._registry.profile(self._provider.name)
            answer = self._dialect.unauthorized(request, profile, missing=missing)
        else:
            row.refuse("lost", loss.why)
            answer = html_page(HTTPStatus.SERVICE_UNAVAILABLE)
            answer.headers[LOST] = loss.why
        row.answer = answer
        row.took_ms = (monotonic() - began) * 1000
        self._registry.note_stray(self._provider.name, row)
        return Passage(row, None, began, answer=answer)

    def _check_own_answer(self, call: Call, row: Exchange, answer: Answer) -> None:
        for problem in self._provider.answer_problems(call, answer):
            call.sandbox.note_fault_of_ours("schema", f"{row.operation} {answer.status}: {problem}")

    def _own_fault(self, call: Call, row: Exchange, detail: str) -> Answer:
        """A 500 in the vendor's words, finished like any other unless it is the finishing that breaks."""
        call.sandbox.note_fault_of_ours("crash", detail)
        row.refuse("harness", "the fake itself failed; see diagnostics at the control plane")
        answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR)
        with suppress(Exception):
            answer = self._dialect.status(call, HTTPStatus.INTERNAL_SERVER_ERROR)
            self._dialect.finish(call, answer, row.quota)
        return answer
