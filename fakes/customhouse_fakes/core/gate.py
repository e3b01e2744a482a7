"""The gate: every vendor request passes here, and nothing else knows the order of the checks.

Credential -> rate limit -> route -> fault before -> handler -> own-answer check -> vendor headers -> journal.
The gate never waits: delays, hangs and broken bytes are carried out by the wire (`serving.wire`) from what it decides.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from .answers import Answer
from .call import Call, enter, leave
from .clock import monotonic
from .faults import Fault
from .journal import Exchange
from .leanflask import LeanFlask, Match
from .provider import Provider
from .registry import Registry
from .request import Request

ANSWERING = ("status", "html", "redirect")
SILENCING = ("hang", "reset")


@dataclass(slots=True)
class Passage:
    """A request between admission and delivery, with the faults that strike it."""

    row: Exchange
    call: Call | None
    match: Match | None
    began: float
    faults: list[Fault] = field(default_factory=list)
    oversized: bool = False

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
            return self._turn_away(request, began, missing=token is None)
        sandbox, credential = door
        match = self._app.match(request.method, request.path)
        call = Call(request, sandbox, credential, match.operation)
        row = Exchange(sandbox.clock.now(), request, operation=match.operation, credential=credential)
        row.quota = sandbox.limiter.hit(credential)
        passage = Passage(row, call, match, began, oversized=oversized)
        if row.quota.allowed:
            passage.faults = sandbox.faults.strike(match.operation, request)
            row.faults = tuple(fault.id for fault in passage.faults)
        return passage

    def answer(self, passage: Passage) -> None:
        """Decide the answer and journal the exchange, whatever happens on the way."""
        call, row = passage.call, passage.row
        if call is None:
            return
        try:
            row.answer = self._decide(passage, call, row)
            if row.answer is not None:
                self._dialect.finish(call, row.answer, row.quota)
                if self._strict and row.committed:
                    self._check_own_answer(call, row)
        except Exception:
            self._own_fault(call, row, "crash", traceback.format_exc())
        finally:
            row.took_ms = (monotonic() - passage.began) * 1000
            call.sandbox.journal.add(row)

    def _decide(self, passage: Passage, call: Call, row: Exchange) -> Answer | None:
        """The answer, or None when the connection is to fall silent or break before the handler."""
        if row.quota is not None and not row.quota.allowed:
            row.refuse(
                f"rate-limit:{row.quota.name}",
                f"the {row.quota.name}'s {row.quota.limit} calls of this window are used up",
            )
            return self._dialect.throttled(call, row.quota)
        if passage.oversized:
            row.refuse("body-limit", "the body is larger than the fake reads; see --body-limit")
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
                row.quota = replace(row.quota, remaining=0)
            answer = self._dialect.status(call, fault.value)
            if fault.retry_after_s is not None:
                answer.headers["Retry-After"] = str(fault.retry_after_s)
            return answer
        if fault.kind == "html":
            return Answer(fault.value, _html(fault.value), {"Content-Type": "text/html"})
        if fault.kind == "redirect":
            return Answer(fault.redirect_status, b"", {"Location": fault.value})
        return None

    def _turn_away(self, request: Request, began: float, *, missing: bool) -> Passage:
        row = Exchange(self._registry.clock.now(), request, auth="missing" if missing else "unknown")
        row.refuse("auth", "no credential was sent" if missing else "no sandbox is opened by this credential")
        row.answer = self._dialect.unauthorized(request, missing=missing)
        row.took_ms = (monotonic() - began) * 1000
        self._registry.note_stray(self._provider.name, row)
        return Passage(row, None, None, began)

    def _check_own_answer(self, call: Call, row: Exchange) -> None:
        assert row.answer is not None  # noqa: S101 - only answered rows are committed
        for problem in self._provider.answer_problems(call, row.answer):
            call.sandbox.note_fault_of_ours("schema", f"{row.operation} {row.status}: {problem}")

    def _own_fault(self, call: Call, row: Exchange, kind: str, detail: str) -> None:
        call.sandbox.note_fault_of_ours(kind, detail)
        row.refuse("harness", "the fake itself failed; see diagnostics at the control plane")
        row.answer = self._dialect.status(call, 500)


def _html(status: int) -> bytes:
    """The page that a proxy in front of the vendor shows."""
    title = f"{status} {HTTPStatus(status).phrase}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ).encode()
