"""What lies around all sandboxes of a process: whom they may call, and where their mail goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from .outbox import SmtpServer
from .targets import Targets


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Loopback only and no mail server, unless told otherwise."""

    targets: Targets = field(default_factory=Targets)
    smtp: SmtpServer | None = None

    @classmethod
    def of(cls, allow_hosts: Iterable[str] = (), smtp: str | None = None) -> Self:
        """From what users write: hosts, addresses or networks; `host:port`. Raises `HarnessError`."""
        return cls(Targets(allow_hosts), SmtpServer.parse(smtp) if smtp else None)
