"""The marks of the time axis: round numbers, as far apart as their labels need.

A drawing has stretches of different scale, since waits are shortened (see `scale`). Each of them has a step of its own,
1, 2 or 5 times a power of ten, so that every label is a number that one can calculate with.
"""

from collections.abc import Iterator
from math import ceil, floor, isclose, log10

from customhouse_conformance.report.html.scale import Scale

#: Steps are at least so wide, and marks at least so far from each other, where two scales meet.
STEP, APART = 90.0, 64.0


def ticks(ruler: Scale) -> Iterator[tuple[float, str]]:
    """(place, label) of each mark, from left to right; labels count from the beginning."""
    yield 0.0, "0"
    last, begin = 0.0, ruler.times[0]
    for start, end, density in _stretches(ruler):
        if not density:
            continue
        step = nice(STEP / density)
        for number in range(ceil((start - begin) / step), floor((end - begin) / step) + 1):
            since = number * step
            place = ruler.at(begin + since)
            if place - last >= APART:
                yield place, label(since)
                last = place


def nice(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below; below a microsecond there is none."""
    least = max(least, 1e-6)
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def label(seconds: float) -> str:
    """A round time in words, without digits that say nothing."""
    if seconds < 1:
        return f"{round(seconds * 1000, 3):.10g} ms"
    return f"{round(seconds, 6):.12g} s"


def _stretches(ruler: Scale) -> Iterator[tuple[float, float, float]]:
    """(from, to, places to a second) of neighbouring times that are drawn to one scale."""
    times, places = ruler.times, ruler.places
    start, density = 0, _density(ruler, 0)
    for n in range(1, len(times) - 1):
        if not isclose(_density(ruler, n), density, rel_tol=1e-6):
            yield times[start], times[n], (places[n] - places[start]) / (times[n] - times[start])
            start, density = n, _density(ruler, n)
    yield times[start], times[-1], (places[-1] - places[start]) / (times[-1] - times[start])


def _density(ruler: Scale, n: int) -> float:
    return (ruler.places[n + 1] - ruler.places[n]) / (ruler.times[n + 1] - ruler.times[n])
