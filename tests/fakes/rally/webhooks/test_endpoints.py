"""When an address that never answers well is switched off (contract section 8.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.rally.state.endpoints import DAY_S, DISABLED_AFTER_S, SEVERAL, Endpoint, Endpoints

STEPS = st.lists(st.tuples(st.floats(0, DAY_S / 2), st.booleans()), max_size=40)


@given(STEPS)
def test_only_days_of_nothing_but_failures_switch_it_off(steps: list[tuple[float, bool]]) -> None:
    endpoint, now, last_good = Endpoint("http://x"), 0.0, 0.0
    failures: list[float] = []
    for wait, good in steps:
        now += wait
        if endpoint.disabled_at is not None:
            break
        endpoint = endpoint.after(now, good=good)
        last_good = now if good else last_good
        failures = [] if good else [*failures, now]
    if endpoint.disabled_at is not None:
        assert endpoint.disabled_at - last_good >= DISABLED_AFTER_S
        assert len(failures) >= SEVERAL
    elif failures and endpoint.failing_since is not None:
        assert failures[-1] - endpoint.failing_since < DISABLED_AFTER_S


def test_rare_failures_never_start_the_clock() -> None:
    endpoint = Endpoint("http://x")
    for day in range(20):
        endpoint = endpoint.after(day * DAY_S, good=False)
    assert (endpoint.failing_since, endpoint.disabled_at) == (None, None)


def test_one_good_answer_forgives_everything() -> None:
    endpoint = Endpoint("http://x")
    for at in (0.0, 1.0, 2.0, DISABLED_AFTER_S - 1):
        endpoint = endpoint.after(at, good=False)
    assert endpoint.failing_since == 0.0
    endpoint = endpoint.after(DISABLED_AFTER_S, good=True).after(DISABLED_AFTER_S + 1, good=False)
    assert (endpoint.failing_since, endpoint.disabled_at) == (None, None)


def test_each_hears_what_it_wants_and_an_unknown_address_is_nobody_s() -> None:
    endpoints = Endpoints((Endpoint("http://all"), Endpoint("http://some", ("a",))))
    assert [one.url for one in endpoints.hearing("a")] == ["http://all", "http://some"]
    assert [one.url for one in endpoints.hearing("b")] == ["http://all"]
    assert endpoints.note("http://gone", 0.0, good=False) is False
