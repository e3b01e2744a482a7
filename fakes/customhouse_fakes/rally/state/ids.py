"""Ids as Rally makes them: 25 letters and digits that begin with `cm` (contract section 1, examples of S1 and S11)."""

from __future__ import annotations

from customhouse_fakes.core.randomness import SeededRandom

LENGTH = 25
START = "cm"


class Ids:
    """Ids that repeat for a seed. Every kind has a stream of its own, so that one kind does not shift another's."""

    __slots__ = ("_random", "_streams")

    def __init__(self, random: SeededRandom) -> None:
        self._random = random
        self._streams: dict[str, SeededRandom] = {}

    def new(self, kind: str, prefix: str = START) -> str:
        """An id of a kind (`person`, `property`, …); users and the like have a prefix of their own (`usr_`)."""
        stream = self._streams.get(kind)
        if stream is None:
            stream = self._streams[kind] = self._random.fork(kind)
        return prefix + stream.text(LENGTH - len(START))
