"""From time to place: bursts of milliseconds and waits of seconds in one drawing.

Time between two events is drawn in proportion, but never wider than a share of the drawing: what is longer is
shortened and marked. Without that, a wait of a second leaves no room for the forty requests around it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

#: No stretch without an event is wider than this part of the drawing.
WIDEST = 1 / 9


@dataclass(frozen=True, slots=True)
class Scale:
    """A rising line through (time, place) points. `breaks` are the stretches that were shortened: (from, to)."""

    times: tuple[float, ...]
    places: tuple[float, ...]
    breaks: tuple[tuple[float, float], ...]

    def at(self, time: float) -> float:
        """The place of a time; beyond the ends it is the place of the end."""
        if time <= self.times[0]:
            return self.places[0]
        if time >= self.times[-1]:
            return self.places[-1]
        right = bisect_right(self.times, time)
        left = right - 1
        share = (time - self.times[left]) / (self.times[right] - self.times[left])
        return self.places[left] + share * (self.places[right] - self.places[left])


def scale(events: Iterable[float], width: float) -> Scale:
    """A scale from 0 to `width` through the times of all events."""
    times = sorted(set(events)) or [0.0]
    if len(times) == 1:
        times.append(times[0] + 1.0)
    lengths = [later - earlier for earlier, later in pairwise(times)]
    widest = max(width * WIDEST, width / len(lengths))
    widths = _shares(lengths, width, widest)
    places = [0.0]
    for one in widths:
        places.append(places[-1] + one)
    natural = width / sum(lengths)
    breaks = tuple(
        (times[n], times[n + 1]) for n, length in enumerate(lengths) if length * natural > 1.5 * widest >= widths[n]
    )
    return Scale(tuple(times), tuple(places), breaks)


def _shares(lengths: list[float], width: float, widest: float) -> list[float]:
    """In proportion, none above the widest; what that frees goes to the others, again and again."""
    capped: set[int] = set()
    while True:
        rest = sum(length for n, length in enumerate(lengths) if n not in capped)
        factor = (width - widest * len(capped)) / rest if rest else 0.0
        wider = {n for n, length in enumerate(lengths) if n not in capped and length * factor > widest * (1 + 1e-9)}
        if not wider:
            return [widest if n in capped else length * factor for n, length in enumerate(lengths)]
        capped |= wider
