"""The retry policy, turned by tenacity on a virtual clock, against scripted answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from requests.structures import CaseInsensitiveDict

from reference_importer.common.calls import Caller, CallPolicy
from reference_importer.common.errors import CallError, GaveUpError, RefusedError, StoppedError
from reference_importer.common.pacing import Pacer
from reference_importer.common.randomness import Jitter
from reference_importer.common.transport import Answer, Request, Transport

from .virtual import VirtualClock

GET = Request("GET", "/contacts")
ONCE = Request("POST", "/contacts", {}, repeatable=False)
LOST = CallError("reset", sent=True)
NEVER_SENT = CallError("refused", sent=False)


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()}), {})


class Script(Transport):
    """Answers from a list."""

    def __init__(self, script: list[Answer | CallError], clock: VirtualClock) -> None:
        super().__init__("http://nowhere", "t", {}, 1.0, clock)
        self._script: Iterator[Answer | CallError] = iter(script)
        self.sent = 0

    def send(self, request: Request) -> Answer:
        self.sent += 1
        found = next(self._script)
        if isinstance(found, CallError):
            raise found
        return found


class Setting:
    """A caller with a script."""

    def __init__(self, *script: Answer | CallError, policy: CallPolicy | None = None) -> None:
        self.clock, self.stop = VirtualClock(), threading.Event()
        self.transport = Script(list(script), self.clock)
        pacer = Pacer(self.clock, self.stop)
        self.caller = Caller(self.transport, pacer, policy or CallPolicy(), self.clock, Jitter(), self.stop)

    def call(self, request: Request = GET) -> int:
        return self.caller.call(request).status


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_passing_failures_are_tried_again(status: int) -> None:
    it = Setting(answer(status), LOST, answer(200))
    assert it.call() == 200
    assert (it.caller.traffic.calls, it.caller.traffic.retries) == (3, 2)


@pytest.mark.parametrize("status", [200, 302, 400, 404, 405, 406, 409, 410, 415, 422])
def test_answers_are_never_repeated(status: int) -> None:
    it = Setting(answer(status))
    assert it.call() == status
    assert it.transport.sent == 1


@pytest.mark.parametrize("status", [401, 403])
def test_fatal_statuses_stop_the_run(status: int) -> None:
    it = Setting(answer(status))
    with pytest.raises(RefusedError, match=str(status)):
        it.call()
    assert it.transport.sent == 1


def test_tries_are_bounded_and_spread() -> None:
    it = Setting(*[answer(503)] * 9, policy=CallPolicy(attempts=5, backoff=0.1))
    with pytest.raises(CallError, match="503"):
        it.call()
    assert it.transport.sent == 5
    assert [0.5 * limit <= wait <= limit for wait, limit in zip(it.clock.waits, [0.1, 0.2, 0.4, 0.8], strict=True)]
    assert all(0.5 * limit <= wait <= limit for wait, limit in zip(it.clock.waits, [0.1, 0.2, 0.4, 0.8], strict=True))


def test_the_vendors_word_on_when_to_come_back_is_heard() -> None:
    it = Setting(answer(503, Retry_After="7"), answer(200))
    it.call()
    assert it.clock.waits == [7.0]


def test_what_must_not_happen_twice_is_only_repeated_if_it_was_never_sent() -> None:
    assert Setting(NEVER_SENT, answer(200)).call(ONCE) == 200
    assert Setting(answer(429), answer(200)).call(ONCE) == 200
    for failure in (LOST, answer(503)):
        it = Setting(failure, answer(200))
        with pytest.raises(CallError):
            it.call(ONCE)
        assert it.transport.sent == 1


def test_refusals_for_pace_use_up_no_tries_but_patience() -> None:
    it = Setting(*[answer(429, Retry_After="1")] * 20, answer(200))
    assert it.call() == 200
    assert it.caller.traffic.refused == 20
    it = Setting(*[answer(429, Retry_After="1")] * 20, policy=CallPolicy(max_wait=5))
    with pytest.raises(GaveUpError):
        it.call()
    assert 5 <= it.transport.sent <= 8


def test_a_stopping_run_does_not_wait() -> None:
    it = Setting(answer(503), answer(200))
    it.clock.stop_on_wait = True
    with pytest.raises(StoppedError):
        it.call()
