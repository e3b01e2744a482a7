"""Which process a credential or a sandbox's id belongs to: a function of its letters, so nobody has to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Homes:
    """Processes are numbered from 0 to `of` - 1; this one is `here`.

    Secrets and ids are minted so that they belong to the process that makes them (`randomness.mint`); an id that a
    user chose decides by itself where its sandbox is made.
    """

    here: int
    of: int

    def home(self, key: str) -> int:
        return crc32(key.encode("utf-8", "surrogatepass")) % self.of

    def mine(self, key: str) -> bool:
        return self.home(key) == self.here
