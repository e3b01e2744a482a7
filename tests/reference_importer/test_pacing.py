"""The pacer against a simulated vendor: fixed windows, its own clock, answers out of order. No real time passes."""

from __future__ import annotations

import heapq
import math
import threading
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_importer.common.errors import StoppedError
from reference_importer.common.pacing import Pacer, RateFacts, RateWindow, ServerClock

from .virtual import VirtualClock

START = 1_790_000_003.4


@dataclass
class Vendor:
    """Counts calls in fixed windows of its own clock, as contracts section 6 has it."""

    limit: int
    length: int
    offset: float
    counts: dict[int, int] = field(default_factory=dict)
    refused: int = 0

    def answer(self, at: float) -> tuple[RateFacts, bool]:
        time = at + self.offset
        window = int(time // self.length)
        remaining = max(self.limit - self.counts.get(window, 0), 0)
        self.counts[window] = self.counts.get(window, 0) + 1
        self.refused += remaining == 0
        facts = RateFacts(self.limit, remaining, (window + 1) * self.length, None, math.floor(time))
        return facts, remaining == 0


def simulate(vendor: Vendor, workers: int, latencies: list[float], seconds: float) -> int:
    """`workers` that call as soon as the window lets them; returns how many calls they made."""
    window, now, calls = RateWindow(), START, 0
    arriving: list[tuple[float, int, float, float]] = []
    answering: list[tuple[float, int, float, RateFacts, bool]] = []
    while now < START + seconds:
        while window.in_flight < workers and window.delay(now) <= 0:
            there, back = latencies[calls % len(latencies)], latencies[(calls * 7 + 3) % len(latencies)]
            window.start()
            heapq.heappush(arriving, (now + there, calls, now, now + there + back))
            calls += 1
        delay = window.delay(now) if window.in_flight < workers else math.inf
        events = [queue[0][0] for queue in (arriving, answering) if queue]
        now = max(now, min([*events, now + max(delay, 0.001)]))
        while arriving and arriving[0][0] <= now:
            at, number, sent, done = heapq.heappop(arriving)
            heapq.heappush(answering, (done, number, sent, *vendor.answer(at)))
        while answering and answering[0][0] <= now:
            done, _, sent, facts, refused = heapq.heappop(answering)
            window.finish(sent, done, facts, refused)
    return calls


@settings(deadline=None)
@given(
    limit=st.integers(1, 40),
    length=st.sampled_from([1, 10]),
    offset=st.floats(-30, 30),
    workers=st.integers(1, 12),
    latencies=st.lists(st.floats(0.0005, 0.4), min_size=1, max_size=9),
)
def test_alone_it_is_never_refused(
    limit: int, length: int, offset: float, workers: int, latencies: list[float]
) -> None:
    vendor = Vendor(limit, length, offset)
    simulate(vendor, workers, latencies, 6.0 * length)
    assert vendor.refused == 0


@settings(deadline=None)
@given(
    limit=st.integers(2, 40),
    length=st.sampled_from([1, 10]),
    offset=st.floats(-3, 3),
    latencies=st.lists(st.floats(0.001, 0.01), min_size=1, max_size=9),
)
def test_it_uses_nearly_all_of_the_allowed_rate(limit: int, length: int, offset: float, latencies: list[float]) -> None:
    windows = 12
    vendor = Vendor(limit, length, offset)
    simulate(vendor, 8, latencies, float(windows * length))
    # The first window begins somewhere in its middle, and the last one is cut off.
    assert sum(vendor.counts.values()) >= (windows - 2) * limit


def test_others_sharing_the_workspace_are_seen_in_what_remains() -> None:
    window = RateWindow()
    window.start()
    window.finish(START, START, RateFacts(10, 4, START + 5), refused=False)
    for _ in range(3):
        assert window.delay(START) == 0
        window.start()
    assert window.delay(START) > 0


def test_the_first_answer_is_waited_for_before_a_second_call() -> None:
    window = RateWindow()
    window.start()
    assert window.delay(START) == math.inf


def test_without_rate_headers_there_is_no_limit() -> None:
    window = RateWindow()
    window.start()
    window.finish(START, START, RateFacts(), refused=False)
    for _ in range(100):
        assert window.delay(START) == 0
        window.start()


def test_a_call_without_answer_is_taken_as_counted() -> None:
    window = RateWindow(limit=2, used=1, reset=START + 5, in_flight=1)
    window.finish(START, START, None, refused=False)
    assert window.delay(START) == pytest.approx(5)


@pytest.mark.parametrize(
    ("facts", "wait"),
    [
        (RateFacts(10, 0, START + 4), 4.0),
        (RateFacts(10, 5, START + 4), 4.0),
        (RateFacts(10, 5, START + 4, retry_after=1.0), 1.0),
        (RateFacts(10, 0, START + 4, retry_after=1.0), 4.0),
        (RateFacts(retry_after=2.0), 2.0),
        (RateFacts(), 1.0),
    ],
)
def test_a_refusal_is_waited_out(facts: RateFacts, wait: float) -> None:
    window = RateWindow(limit=10, used=3, reset=START + 4, in_flight=1)
    window.finish(START, START, facts, refused=True)
    assert window.delay(START) == pytest.approx(wait)


def test_a_narrower_limit_is_remembered_once_it_was_met() -> None:
    window = RateWindow(limit=50, used=20, reset=START + 1, in_flight=1)
    window.finish(START, START, RateFacts(15, 0, START + 1), refused=True)
    later = START + 1.5
    for n in range(15):
        assert window.delay(later) == 0
        window.start()
        window.finish(later, later, RateFacts(50, 50 - n, START + 2), refused=False)
    assert window.delay(later) > 0


def test_headers_are_read_and_junk_is_absent() -> None:
    headers = {"X-RateLimit-Limit": "167", "X-RateLimit-Remaining": "many", "Date": formatdate(1_790_000_000)}
    assert RateFacts.of(headers) == RateFacts(limit=167, date=1_790_000_000.0)
    assert RateFacts.of({"Retry-After": "-3", "Date": "yesterday"}) == RateFacts()


def test_the_vendors_clock_is_never_believed_to_be_ahead() -> None:
    clock = ServerClock()
    for moment in (0.2, 0.9, 1.05, 1.6, 2.01):
        clock.learn(math.floor(START + moment + 5), START + moment, START + moment + 0.01)
        assert clock.at(START + moment) <= START + moment + 5
    clock.learn(1_000.0, START + 3, START + 3.01)
    assert clock.at(START + 3.01) == pytest.approx(1_000.0)


def test_a_stopping_run_starts_no_call() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        Pacer(VirtualClock(), stop).acquire()


def test_the_pacer_waits_for_the_next_window() -> None:
    clock = VirtualClock(START)
    pacer = Pacer(clock, threading.Event())
    headers = {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": str(math.ceil(START))}
    pacer.settle(pacer.acquire(), headers)
    assert pacer.acquire() >= math.ceil(START)
