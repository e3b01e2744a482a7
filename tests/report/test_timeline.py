"""The drawing as numbers: a scale that keeps the order of time, and lanes that hold what a record holds."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.facts import Process
from customhouse_conformance.report.html.scale import WIDEST, scale
from customhouse_conformance.report.html.ticks import APART, nice, ticks
from customhouse_conformance.report.html.timeline import LEFT, WIDTH, Drawing, draw, kind_of
from tests.conformance import records

from .samples import BEGAN, exchanges, pages, process, record

TIMES = st.lists(st.floats(0, 10_000, allow_nan=False), min_size=1, max_size=60)


@given(TIMES)
def test_later_is_never_further_left(times: list[float]) -> None:
    ruler = scale(times, 900)
    places = [ruler.at(time) for time in sorted(times)]
    assert places == sorted(places)
    assert ruler.at(min(times) - 1) == 0
    assert all(0 <= place <= 900 + 1e-6 for place in places)


@given(TIMES)
def test_no_stretch_takes_more_than_its_share(times: list[float]) -> None:
    ruler = scale(times, 900)
    stretches = len(ruler.times) - 1
    widest = max(900 * WIDEST, 900 / stretches)
    for left, right in zip(ruler.places, ruler.places[1:], strict=False):
        assert right - left <= widest * (1 + 1e-6)


@given(TIMES)
def test_the_axis_has_round_times_in_order_and_apart(times: list[float]) -> None:
    ruler = scale([1_700_000_000 + time for time in times], 900)
    found = list(ticks(ruler))
    assert found[0] == (0.0, "0")
    assert all(later[0] - earlier[0] >= APART for earlier, later in pairwise(found))
    assert 0 <= found[-1][0] <= 900 + 1e-6


def test_a_step_is_one_two_or_five_times_a_power_of_ten() -> None:
    even = [label for _, label in ticks(scale([n * 0.093 for n in range(41)], 900))]
    assert even == ["0", "500 ms", "1 s", "1.5 s", "2 s", "2.5 s", "3 s", "3.5 s"]
    assert [nice(least) for least in (0.0011, 0.0201, 0.3, 0.51, 1, 7)] == pytest.approx([0.002, 0.05, 0.5, 1, 1, 10])


def test_a_burst_and_the_wait_after_it_have_steps_of_their_own() -> None:
    burst = [n / 1000 for n in range(40)]
    found = [label for _, label in ticks(scale([*burst, *(10 + one for one in burst)], 900))]
    assert found == ["0", "10 ms", "20 ms", "30 ms", "10 s", "10.01 s", "10.02 s", "10.03 s"]


def test_a_long_wait_is_shortened_and_said() -> None:
    ruler = scale([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 60], 900)
    assert ruler.breaks == ((0.9, 60),)
    assert ruler.at(0.9) > 700


def drawn(*names: str, **changes: object) -> Drawing:
    drawing = draw(record("acme", "plain", rows := exchanges(12), **changes), rows)
    assert drawing is not None
    assert [lane.title for lane in drawing.lanes] == list(names)
    return drawing


def test_what_an_importer_sends_and_meets() -> None:
    drawing = drawn("importer", "requests", "rate window", "faults")
    runs, requests, windows, faults = drawing.lanes
    assert [span.label for span in runs.spans] == ["first: exit 0, 0.1 s"]
    assert [mark.label for mark in runs.marks] == ["launch"]
    assert [bar.kind for bar in requests.bars] == ["2", "2", "2", "2", "9", "2", "0", "2", "2", "9", "2", "2"]
    assert requests.bars[4].says == "5: POST 429"
    assert [span.loud for span in windows.spans] == [False, True, True]
    assert [mark.says for mark in faults.marks] == ["fault lost in 7"]
    assert len(drawing.breaks) == 1
    assert all(LEFT <= bar.x <= WIDTH for bar in requests.bars)


def test_what_a_provider_asks_of_an_app() -> None:
    rows = pages(9)
    drawing = draw(record("acme", "plain", rows), rows)
    assert drawing is not None
    assert [lane.title for lane in drawing.lanes] == ["importer", "pages asked", "webhooks"]
    assert [bar.n for bar in drawing.lanes[2].bars] == [3, 6, 9]
    assert drawing.lanes[1].bars[1].kind == "5"


def test_requests_at_once_lie_below_each_other() -> None:
    rows = tuple(replace(one, at=BEGAN, took_ms=100) for one in exchanges(10))
    drawing = draw(record("acme", "plain", rows), rows)
    assert drawing is not None
    lane = next(lane for lane in drawing.lanes if lane.title == "requests")
    assert len({bar.y for bar in lane.bars}) == 6


def test_how_a_run_ended_is_loud_only_if_it_should_have_ended_otherwise() -> None:
    def loud(**changes: object) -> bool:
        run: Process = process(12, **changes)
        return drawn("importer", "requests", "rate window", "faults", processes=(run,)).lanes[0].spans[0].loud

    assert not loud()
    assert loud(exit_code=1)
    assert not loud(exit_code=None, ended_by="stopped")
    assert not loud(exit_code=None, ended_by="killed-by-plan")
    assert loud(exit_code=None, ended_by="time-ceiling")


def test_odd_facts_of_foreign_records_are_drawn_too() -> None:
    rows = (
        records.exchange(1, status=999, took_ms=0.0, limit={"limit": "x", "remaining": None}),
        records.exchange(2, status=100, took_ms=0.0, limit={"limit": 5, "remaining": 1, "reset": "soon"}),
    )
    drawing = draw(record("acme", "plain", rows), rows)
    assert drawing is not None
    assert [kind_of(one) for one in rows] == ["5", "2"]
    assert draw(record("acme", "plain", ()), ()) is None
