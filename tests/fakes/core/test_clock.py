import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.clock import FARTHEST, Clock
from customhouse_fakes.core.errors import ClockError

seconds = st.floats(0, 1e9, allow_nan=False)


class Machine:
    """A machine's time that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


def test_runs_with_the_machine_until_frozen() -> None:
    machine = Machine()
    clock = Clock(machine)
    machine.time += 5
    assert clock.now() == 1_005
    clock.freeze()
    machine.time += 5
    assert clock.now() == 1_005
    assert clock.frozen


def test_set_leaves_a_running_clock_running_and_a_frozen_one_frozen() -> None:
    machine = Machine()
    clock = Clock(machine)
    clock.set(2_000)
    machine.time += 1
    assert clock.now() == 2_001
    clock.freeze(2_500)
    clock.set(3_000)
    machine.time += 1
    assert clock.now() == 3_000


def test_only_reset_goes_back() -> None:
    clock = Clock(Machine())
    clock.advance(60)
    for move, backwards in ((clock.advance, -1), (clock.set, 1_059), (clock.freeze, 1_059)):
        with pytest.raises(ClockError, match="reset"):
            move(backwards)
    assert clock.now() == 1_060
    assert clock.reset() == 1_000


@given(st.lists(st.tuples(st.sampled_from(["advance", "freeze", "tick"]), seconds)))
def test_never_runs_backwards(moves: list[tuple[str, float]]) -> None:
    machine = Machine()
    clock = Clock(machine)
    seen = clock.now()
    for move, amount in moves:
        if move == "tick":
            machine.time += amount
        elif move == "advance":
            clock.advance(amount)
        else:
            clock.freeze()
        assert clock.now() >= seen
        seen = clock.now()


@pytest.mark.parametrize("turns", range(4))
def test_a_sleeper_that_is_cancelled_while_it_turns_over_ends(turns: int) -> None:
    async def scene() -> bool:
        clock = Clock(Machine())
        clock.freeze()
        sleeper = asyncio.ensure_future(clock.sleep(10))
        await asyncio.sleep(0)
        clock.advance(1)  # not enough: it sleeps on
        for _ in range(turns):
            await asyncio.sleep(0)
        sleeper.cancel()
        await asyncio.wait([sleeper], timeout=5)
        return sleeper.cancelled()

    assert asyncio.run(scene())


def test_a_sleeper_on_a_frozen_clock_wakes_when_the_clock_is_advanced_far_enough() -> None:
    async def scene() -> list[str]:
        clock = Clock(Machine())
        clock.freeze()
        log: list[str] = []

        async def sleeper() -> None:
            await clock.sleep(10)
            log.append("awake")

        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        clock.advance(9)
        await asyncio.sleep(0)
        log.append("advanced by 9")
        clock.advance(1)
        await asyncio.wait_for(task, 5)
        return log

    assert asyncio.run(scene()) == ["advanced by 9", "awake"]


def test_a_sleeper_on_a_running_clock_is_woken_by_advance_too() -> None:
    async def scene() -> None:
        clock = Clock()
        task = asyncio.create_task(clock.sleep(3600))
        await asyncio.sleep(0)
        clock.advance(3601)
        await asyncio.wait_for(task, 5)

    asyncio.run(scene())


@pytest.mark.parametrize("at", [FARTHEST + 1, 1e300, float("inf"), float("nan")])
def test_no_way_leads_beyond_what_a_date_can_say(at: float) -> None:
    clock = Clock(Machine())
    for move in (clock.freeze, clock.set, clock.advance):
        with pytest.raises(ClockError, match=r"year 9999|forward only"):
            move(at)
    assert clock.now() == 1_000
    assert clock.freeze(FARTHEST) == FARTHEST
    with pytest.raises(ClockError, match="year 9999"):
        clock.advance(1)
