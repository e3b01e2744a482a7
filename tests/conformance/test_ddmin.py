"""Delta debugging, against any predicate that Hypothesis can think of."""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.ddmin import bound, smallest

Holds = Callable[[tuple[int, ...]], bool]


@st.composite
def needs(draw: st.DrawFn) -> tuple[tuple[int, ...], Holds]:
    """Items, and a predicate: some must be there together, or some others, and perhaps not an even number of them."""
    items = tuple(range(draw(st.integers(1, 25))))
    groups = draw(st.lists(st.sets(st.sampled_from(items), max_size=6), min_size=1, max_size=3))
    odd = draw(st.booleans())

    def holds(part: tuple[int, ...]) -> bool:
        fits = any(group <= set(part) for group in groups)
        return part == items or (fits and not (odd and len(part) % 2 == 0))

    return items, holds


@given(needs(), st.lists(st.integers(0, 25)))
def test_what_is_left_still_holds_and_nothing_more_can_go(
    given: tuple[tuple[int, ...], Holds], guess: list[int]
) -> None:
    items, holds = given
    asked: list[tuple[int, ...]] = []

    def counted(part: tuple[int, ...]) -> bool:
        asked.append(part)
        return holds(part)

    left = smallest(items, counted, guess)
    assert holds(left)
    assert list(left) == [item for item in items if item in left]
    assert not any(holds(left[:n] + left[n + 1 :]) for n in range(len(left)) if len(left) > 1)
    assert len(asked) <= bound(len(items))
    assert () not in asked
    assert items not in asked
    assert smallest(items, holds, guess) == left


@given(needs(), st.integers(0, 30))
def test_who_has_had_enough_is_asked_no_more(given: tuple[tuple[int, ...], Holds], most: int) -> None:
    items, holds = given
    asked = 0

    def impatient(part: tuple[int, ...]) -> bool:
        nonlocal asked
        asked += 1
        if asked > most:
            raise TimeoutError
        return holds(part)

    with suppress(TimeoutError):
        smallest(items, impatient)
    assert asked <= most + 1


def test_one_guilty_item_of_a_thousand_takes_few_questions() -> None:
    asked: list[int] = []

    def holds(part: tuple[int, ...]) -> bool:
        asked.append(len(part))
        return 700 in part

    assert smallest(range(1000), holds) == (700,)
    assert len(asked) < 30
    asked.clear()
    assert smallest(range(1000), holds, guess=[700]) == (700,)
    assert asked == [1]


def test_stretches_only_get_smaller() -> None:
    asked: list[int] = []

    def holds(part: tuple[int, ...]) -> bool:
        asked.append(len(part))
        return set(range(0, 32, 2)) <= set(part)

    assert smallest(range(32), holds) == tuple(range(0, 32, 2))
    assert len(asked) == 2 + 4 + 8 + 16 + 32 + 16  # the last: once more, one by one, as something had gone
