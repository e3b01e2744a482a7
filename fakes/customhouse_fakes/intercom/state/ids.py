"""Ids as Intercom makes them."""

from __future__ import annotations

from customhouse_fakes.core.randomness import SeededRandom

COUNTER_END = 1 << 24


class ObjectIds:
    """24 hex digits: creation epoch (8), a constant of the workspace (10), a counter (6). Contract section 2.1."""

    __slots__ = ("_counter", "_machine")

    def __init__(self, random: SeededRandom) -> None:
        self._machine = random.hex(10)
        # Low start: within a second ids keep the order of creation, which only a wrap of the counter would break.
        self._counter = random.random.randrange(1 << 16)

    def next(self, epoch: int) -> str:
        self._counter = (self._counter + 1) % COUNTER_END
        return f"{epoch & 0xFFFFFFFF:08x}{self._machine}{self._counter:06x}"
