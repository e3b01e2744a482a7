"""Ids as inTandem makes them (examples of SW and BULK)."""

from __future__ import annotations

from customhouse_fakes.core.randomness import SeededRandom


class Ids:
    """Ids that repeat for a seed. Every kind has a stream of its own, so that one kind does not shift another's."""

    __slots__ = ("_hex", "_sessions", "_text")

    def __init__(self, random: SeededRandom) -> None:
        self._text = random.fork("records")
        self._hex = random.fork("uids")
        self._sessions = random.fork("sessions")

    def record(self) -> str:
        """16 digits and small letters: clients, fields, matters, apps."""
        return self._text.text(16)

    def uid(self) -> str:
        """16 hex digits: businesses, staff, directories, assignments."""
        return self._hex.hex(16)

    def session(self) -> str:
        return self._sessions.uuid()

    def opaque(self) -> str:
        """A session id that is neither number nor UUID."""
        return "imp_" + self._sessions.text(20)
