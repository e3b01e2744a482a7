"""The one source of randomness of a sandbox: seeded, so ids, request ids and jitter repeat."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable

# 32 letters, so that each byte stands for one of them with equal chance.
_LETTERS = bytes(b"0123456789abcdefghijklmnopqrstuv"[byte & 31] for byte in range(256))


class SeededRandom:
    """Ids and choices that repeat for a seed, as long as they are asked for in the same order."""

    def __init__(self, seed: int | str = 0) -> None:
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose, protects nothing

    def hex(self, digits: int) -> str:
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def text(self, length: int) -> str:
        """Digits and the letters a to v, as in request ids."""
        return self.random.randbytes(length).translate(_LETTERS).decode("ascii")

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def fork(self, name: str) -> SeededRandom:
        """An independent stream of the same seed, so that one consumer does not shift another's ids."""
        return SeededRandom(f"{self.seed}/{name}")


class Mint:
    """Makes secrets and ids. A process that is one of several makes only such as belong to it (`shards.homes`)."""

    def __init__(self) -> None:
        self._suits: Callable[[str], bool] = _anything

    def only(self, suits: Callable[[str], bool]) -> None:
        """From now on, in this process, nothing else is made."""
        self._suits = suits

    def make(self, draw: Callable[[], str]) -> str:
        """Draw until it suits."""
        while not self._suits(drawn := draw()):
            pass
        return drawn


def _anything(_drawn: str) -> bool:
    return True


#: Who a process is holds for all of it, so there is one.
mint = Mint()


def secret_hex(digits: int) -> str:
    """Hex digits that guard something: never repeatable."""
    return mint.make(lambda: secrets.token_hex(digits // 2))


def secret_token() -> str:
    """A token that guards something (the control plane, a sandbox made without a seed): never repeatable."""
    return mint.make(lambda: secrets.token_urlsafe(24))
