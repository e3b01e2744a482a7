from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.ratelimit import FixedWindow, RateLimiter


def test_remaining_is_shown_before_the_call_is_counted() -> None:
    window = FixedWindow("app", 2, 10)
    quotas = [window.hit(at) for at in (100.0, 101.0, 109.9)]
    assert [(quota.remaining, quota.allowed) for quota in quotas] == [(2, True), (1, True), (0, False)]


def test_windows_flip_at_multiples_of_their_length() -> None:
    window = FixedWindow("app", 1, 10)
    assert window.hit(109.999).reset == 110
    late = window.hit(110.0)
    assert late.allowed
    assert late.reset == 120


def test_the_workspace_refuses_what_an_app_alone_may() -> None:
    clock = Clock(lambda: 0.0)
    limiter = RateLimiter(clock, app=2, workspace=3, window_s=10)
    names = [(limiter.hit(app).allowed, limiter.hit(app).name) for app in ("a", "b")]
    assert names == [(True, "app"), (True, "workspace")]


def test_windows_that_begin_with_an_account_end_a_whole_length_later() -> None:
    window = FixedWindow("app", 1, 10, origin=103.25)
    assert [window.hit(at).allowed for at in (103.25, 113.2, 113.25)] == [True, False, True]
    assert window.hit(113.3).reset == 124


def test_what_others_use_up_is_refused_until_the_reset() -> None:
    now = [100.0]
    limiter = RateLimiter(Clock(lambda: now[0]), app=5, workspace=50, window_s=10)
    limiter.hit("a")
    told = limiter.use_up("a")
    assert (told.allowed, told.remaining, told.reset) == (False, 0, 110)
    assert not limiter.hit("a").allowed
    assert limiter.hit("b").allowed
    now[0] = 110.0
    assert limiter.hit("a").remaining == 5


@given(
    st.integers(1, 20),
    st.sampled_from([1.0, 2.0, 10.0, 60.0]),
    st.lists(st.floats(0, 30, allow_nan=False), max_size=200),
)
def test_no_window_ever_allows_more_than_its_limit(limit: int, length: float, steps: list[float]) -> None:
    window = FixedWindow("app", limit, length)
    now, allowed = 1_700_000_003.5, dict[int, int]()
    for step in steps:
        now += step
        quota = window.hit(now)
        assert quota.window * length <= now < quota.reset <= (quota.window + 1) * length
        allowed[quota.window] = allowed.get(quota.window, 0) + quota.allowed
        assert quota.allowed == (quota.remaining > 0)
    assert all(count <= limit for count in allowed.values())


@given(st.integers(1, 5), st.floats(0, 100_000, allow_nan=False))
def test_advancing_the_clock_past_reset_opens_the_window(limit: int, start: float) -> None:
    clock = Clock(lambda: start)
    clock.freeze()
    limiter = RateLimiter(clock, app=limit, workspace=100, window_s=10)
    quotas = [limiter.hit("a") for _ in range(limit + 1)]
    assert not quotas[-1].allowed
    clock.set(float(quotas[-1].reset))
    assert limiter.hit("a").allowed
