"""One process of several, as its harness sees it."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from customhouse_fakes.core.listening import Address
from customhouse_fakes.core.randomness import mint

from .handover import Outbox
from .homes import Homes
from .losses import Log, LoggedDoors


@dataclass(frozen=True, slots=True)
class Berth:
    """What belongs to a number and outlives the processes that bear it one after another.

    `own`: the listening sockets of this number, by provider. `inbox`, `outbox`: both ends of its mail. `log`: see
    `losses`.
    """

    own: Mapping[str, socket.socket]
    inbox: socket.socket
    outbox: socket.socket
    log: Log


class Shard:
    """Who this process is, and the way to the others. From here on its secrets are such as belong to it.

    `public`: the listening sockets that all processes share, by provider.
    """

    def __init__(self, here: int, berths: Sequence[Berth], public: Mapping[str, socket.socket]) -> None:
        self.homes = Homes(here, len(berths))
        self.own = berths[here].own
        self.public = public
        self.inbox = berths[here].inbox
        self.log = berths[here].log
        self.doors = LoggedDoors(self.log)
        self.losses = self.log.losses()
        self.addresses = [
            {name: Address(*sock.getsockname()[:2]) for name, sock in berth.own.items()} for berth in berths
        ]
        self.outboxes = [Outbox(berth.outbox) for berth in berths]
        self._turns = count(here)
        mint.only(self.homes.mine)

    def turn(self) -> int:
        """The next process to get a sandbox that belongs nowhere yet."""
        return next(self._turns) % self.homes.of
