"""What died with a process: known from a log that outlives it, so that nothing lost is taken for empty.

Each process writes which credential opens which sandbox into a log of its own; whoever started it adds that it died.
The next process with its number reads the log from the beginning: what was open at a death is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from customhouse_fakes.core.doors import Doors

if TYPE_CHECKING:
    from customhouse_fakes.core.sandbox import Sandbox

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Loss:
    """A sandbox that is gone. `why` says when, with which process, and how that ended."""

    sandbox: str
    provider: str
    why: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.sandbox, "provider": self.provider, "why": self.why}


@dataclass(slots=True)
class Losses:
    """The lost, by the digest of a credential and by the id of the sandbox."""

    by_digest: dict[str, Loss] = field(default_factory=dict)
    by_id: dict[str, Loss] = field(default_factory=dict)

    def of_credential(self, provider: str, credential: str) -> Loss | None:
        return self.by_digest.get(digest(provider, credential)) if self.by_digest else None

    def replaced(self, id: str) -> None:
        """Somebody made a new sandbox of that id: the credentials of the old one stay lost."""
        self.by_id.pop(id, None)


def digest(provider: str, credential: str) -> str:
    """What the log knows a credential by: the log holds no secrets."""
    return sha256(f"{provider}\0{credential}".encode("utf-8", "surrogatepass")).hexdigest()


class Log:
    """An append-only file of JSON lines. One `write` a line, so that a process killed in between leaves whole ones."""

    def __init__(self, file: int) -> None:
        self._file = file

    def add(self, *words: Any) -> None:
        os.write(self._file, orjson.dumps(words) + b"\n")

    def opened(self, provider: str, credential: str, sandbox: str) -> None:
        self.add("open", digest(provider, credential), provider, sandbox)

    def shut(self, provider: str, credential: str) -> None:
        self.add("shut", digest(provider, credential))

    def died(self, process: int, at: float, how: str) -> None:
        """The process whose log this is has ended; `how` as in `killed by SIGKILL`."""
        when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
        self.add("died", f"process {process} died at {when} ({how})")

    def losses(self) -> Losses:
        return fold(orjson.loads(line) for line in self._lines())

    def _lines(self) -> Iterator[bytes]:
        text, size = b"", os.fstat(self._file).st_size
        while len(text) < size:
            text += os.pread(self._file, CHUNK, len(text))
        return iter(text.splitlines())


def fold(lines: Iterable[list[str]]) -> Losses:
    """What the lines of a log come to."""
    losses = Losses()
    alive: dict[str, tuple[str, str]] = {}
    for what, *words in lines:
        if what == "open":
            key, provider, sandbox = words
            alive[key] = (provider, sandbox)
            losses.replaced(sandbox)
        elif what == "shut":
            alive.pop(words[0], None)
        else:
            for key, (provider, sandbox) in alive.items():
                loss = Loss(sandbox, provider, f"the sandbox {sandbox!r} was lost when {words[0]}; make a new one")
                losses.by_digest[key] = losses.by_id[sandbox] = loss
            alive.clear()
    return losses


class LoggedDoors(Doors):
    """Doors that are written down before anybody hears of them."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def open(self, credential: str, sandbox: Sandbox, name: str) -> None:
        if self.find(sandbox.provider.name, credential) is None:
            self._log.opened(sandbox.provider.name, credential, sandbox.id)
        super().open(credential, sandbox, name)

    def shut(self, sandbox: Sandbox, credentials: Iterable[str]) -> None:
        own = [key for key in credentials if (self.find(sandbox.provider.name, key) or (None,))[0] is sandbox]
        for credential in own:
            self._log.shut(sandbox.provider.name, credential)
        super().shut(sandbox, own)
