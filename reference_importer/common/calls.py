"""The paced and retried call: which answers are worth another try, and how long to wait before it.

The policy is data (:class:`CallPolicy`); tenacity turns it; the pacer decides when each try may start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError, GaveUpError, RefusedError, StoppedError
from reference_importer.common.pacing import Pacer, RateFacts
from reference_importer.common.randomness import Jitter
from reference_importer.common.transport import Answer, Request, Transport


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """What to do with an answer that is not a success.

    * ``transient``: tried again, at most ``attempts`` times in all, waiting ``backoff`` seconds, then twice that,
      and so on up to ``longest``, spread by jitter.
    * ``throttled``: waited out without using up attempts, for at most ``max_wait`` seconds per call.
    * ``fatal``: every further call would fail alike; the run stops.
    * everything else is an answer like any other and is never repeated.

    ``peer`` is who answers, for the messages.
    """

    attempts: int = 6
    backoff: float = 0.1
    longest: float = 10.0
    max_wait: float = 120.0
    peer: str = "the vendor"
    transient: frozenset[int] = frozenset({408, 425, 500, 502, 503, 504})
    throttled: frozenset[int] = frozenset({429})
    fatal: Mapping[int, str] = field(
        default_factory=lambda: {
            401: "the token was refused. Is it whole, of the right workspace, and still valid?",
            403: "the token may not do this. Give the app the permissions to read and write people, or another plan.",
        }
    )

    def wait(self, attempt: int) -> float:
        """Seconds before the try after the `attempt`-th."""
        return min(self.longest, self.backoff * 2.0 ** min(attempt - 1, 30))


@dataclass(slots=True)
class Traffic:
    """Counts for the report, shared by all workers."""

    calls: int = 0
    retries: int = 0
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *, retry: bool = False, refused: bool = False) -> None:
        with self._lock:
            self.calls += not (retry or refused)
            self.retries += retry
            self.refused += refused


def failed(error: BaseException) -> bool:
    """Worth another try, if repeating the request can do no harm."""
    return isinstance(error, CallError) and not isinstance(error, GaveUpError)


def never_sent(error: BaseException) -> bool:
    """Worth another try whatever the request is: it never reached the vendor."""
    return failed(error) and isinstance(error, CallError) and not error.sent


class Caller:
    """Makes calls until each has an answer, is given up, or the run stops."""

    def __init__(
        self,
        transport: Transport,
        pacer: Pacer,
        policy: CallPolicy,
        clock: Clock,
        jitter: Jitter,
        stop: threading.Event,
    ) -> None:
        self.policy, self.traffic = policy, Traffic()
        self._transport, self._pacer, self._clock, self._jitter, self._stop = transport, pacer, clock, jitter, stop
        self._retrying = {True: self._turn(failed), False: self._turn(never_sent)}

    def call(self, request: Request) -> Answer:
        """The answer to `request`.

        Raises CallError when there is none after all tries (after the first one that may have been carried out, if
        the request is not repeatable), RefusedError on a fatal status, StoppedError when the run is stopping.
        """
        return self._retrying[request.repeatable](self._unthrottled, request)

    def _turn(self, worth_another: Callable[[BaseException], bool]) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self.policy.attempts),
            wait=self._wait,
            retry=retry_if_exception(worth_another),
            sleep=self._pause,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = error.retry_after if isinstance(error, CallError) else 0.0
        return max(min(told, self.policy.max_wait), self._jitter.spread(self.policy.wait(state.attempt_number)))

    def _pause(self, seconds: float) -> None:
        if self._clock.wait(self._stop, seconds):
            raise StoppedError
        self.traffic.count(retry=True)

    def _unthrottled(self, request: Request) -> Answer:
        """One try; a refusal for pace is no try, it is waited out by the pacer."""
        first_refusal: float | None = None
        while True:
            answer = self._once(request)
            if answer.status not in self.policy.throttled:
                return self._judge(answer)
            self.traffic.count(refused=True)
            now = self._clock.monotonic()
            first_refusal = now if first_refusal is None else first_refusal
            if now - first_refusal > self.policy.max_wait:
                words = f"still refused for pace ({answer.status}) after {self.policy.max_wait:g} s"
                raise GaveUpError(words, sent=False, status=answer.status)

    def _once(self, request: Request) -> Answer:
        sent_at = self._pacer.acquire()
        self.traffic.count()
        headers: Mapping[str, str] | None = None
        refused = False
        try:
            answer = self._transport.send(request)
            headers, refused = answer.headers, answer.status in self.policy.throttled
            return answer
        finally:
            self._pacer.settle(sent_at, headers, refused=refused)

    def _judge(self, answer: Answer) -> Answer:
        if answer.status in self.policy.fatal:
            advice = self.policy.fatal[answer.status]
            raise RefusedError(f"{answer.status} from {self.policy.peer} ({answer.text[:120]}): {advice}")
        if answer.status in self.policy.transient:
            told = RateFacts.of(answer.headers).retry_after or 0.0
            words = f"{answer.status} from {self.policy.peer}: {answer.text[:120]}"
            raise CallError(words, sent=True, status=answer.status, retry_after=told)
        return answer
