"""Which credential opens which sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sandbox import Sandbox


class Doors:
    """All credentials of a process. The first sandbox that claims a credential keeps it."""

    def __init__(self) -> None:
        self._opened: dict[tuple[str, str], tuple[Sandbox, str]] = {}

    def open(self, credential: str, sandbox: Sandbox, name: str) -> None:
        """Let a credential into a sandbox; `name` is what the journal calls it."""
        self._opened.setdefault((sandbox.provider.name, credential), (sandbox, name))

    def find(self, provider: str, credential: str) -> tuple[Sandbox, str] | None:
        """The sandbox and the name of the credential, or None."""
        return self._opened.get((provider, credential))

    def shut(self, sandbox: Sandbox, credentials: Iterable[str]) -> None:
        """Take credentials away from a sandbox."""
        for credential in credentials:
            if self._opened.get((sandbox.provider.name, credential), (None,))[0] is sandbox:
                del self._opened[sandbox.provider.name, credential]
