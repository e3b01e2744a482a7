"""Delta debugging: the smallest part of a list of which something still holds.

Takes ever smaller stretches out, as long as that changes nothing; it is Zeller's `ddmin` with complements only. What
it gives back is *1-minimal*: without any one of its items it no longer holds. Pure; what an item is, it does not know.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def smallest(items: Sequence[T], holds: Callable[[tuple[T, ...]], bool], guess: Iterable[T] = ()) -> tuple[T, ...]:
    """A 1-minimal part of `items`, in their order, of which `holds` is true; never empty.

    It is taken to hold of all items, and is not asked about them. A `guess` that it holds of is where it begins.
    It is asked at most `bound(len(items))` times. What it raises ends the search: whoever has had enough remembers
    what it held of last.
    """
    kept, likely = tuple(items), frozenset(guess)
    guessed = tuple(item for item in kept if item in likely)
    if 0 < len(guessed) < len(kept) and holds(guessed):
        kept = guessed
    size = len(kept) // 2
    while size:
        fewer = _without_stretches(kept, size, holds)
        if fewer == kept:
            size //= 2
        else:
            kept, size = fewer, min(size, len(fewer) // 2)
    return kept


def bound(count: int) -> int:
    """How often `smallest` asks at most for so many items."""
    return count * (count + 3) + 1


def _without_stretches(kept: tuple[T, ...], size: int, holds: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Once along the list, from its end: every stretch of that size that can go is gone."""
    end = len(kept)
    while end > 0:
        start = max(0, end - size)
        fewer = kept[:start] + kept[end:]
        if fewer and holds(fewer):
            kept = fewer
        end = start
    return kept
