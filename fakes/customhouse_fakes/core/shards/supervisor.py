"""Starts the processes, puts a new one in the place of each that dies, and ends them all.

The supervisor serves nothing. It owns what outlives a process: listening sockets (so that no connection is refused
while a process is replaced), inboxes, and the logs that tell what was lost. The processes hang on a pipe whose other
end it holds: however it ends, they end too.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import BinaryIO, Protocol, Self, cast

from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.errors import ServingError
from customhouse_fakes.core.listening import Address, bind

from .losses import Log
from .shard import Berth, Shard

BACKLOG = 2048
PATIENCE_S = 5
HEARD = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)


class Served(Protocol):
    """A harness that runs."""

    def stop(self) -> None: ...


Launch = Callable[[Shard], Served]


class Supervisor:
    """`processes` processes that each run what `launch` starts; all share the public ports of `names`.

    Use as a context manager in the main thread; then call `tend`. Raises `ServingError` when a port is taken or a
    process does not come up.
    """

    def __init__(
        self, launch: Launch, names: Iterable[str], *, processes: int, host: str, ports: Mapping[str, int]
    ) -> None:
        if not hasattr(os, "fork"):
            raise ServingError("several processes need a system that can fork; leave --processes out here")
        self._launch = launch
        self._names = list(names)
        self._processes = processes
        self._host = host
        self._ports = dict(ports)
        self._clock = Clock()
        self._held = ExitStack()
        self._public: dict[str, socket.socket] = {}
        self._berths: Sequence[Berth] = ()
        self._numbers: dict[int, int] = {}
        self._lifeline = (-1, -1)

    @property
    def addresses(self) -> dict[str, Address]:
        """The public ports."""
        return {name: Address(*sock.getsockname()[:2]) for name, sock in self._public.items()}

    def __enter__(self) -> Self:
        # Signals are taken one by one (`sigwait`), so that none is missed between two looks.
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*HEARD, signal.SIGALRM})
        try:
            self._public = self._listen(self._ports)
            self._berths = [self._berth() for _ in range(self._processes)]
            self._lifeline = os.pipe()
            self._begin(range(self._processes))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def tend(self) -> None:
        """Replace what dies until SIGINT or SIGTERM. Raises `ServingError` if a new process does not come up."""
        while signal.sigwait(HEARD) == signal.SIGCHLD:
            self._begin(self._buried())

    def _listen(self, ports: Mapping[str, int]) -> dict[str, socket.socket]:
        sockets: dict[str, socket.socket] = {}
        for name in self._names:
            sockets[name] = self._held.enter_context(bind(self._host, ports.get(name, 0), name))
            sockets[name].listen(BACKLOG)
        return sockets

    def _berth(self) -> Berth:
        inbox, outbox = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        log = self._held.enter_context(_nameless())
        for end in (inbox, outbox):
            self._held.enter_context(end)
        return Berth(self._listen({}), inbox, outbox, Log(log.fileno()))

    def _begin(self, numbers: Iterable[int]) -> None:
        """Start processes side by side and wait for all of them to listen."""
        for number, ready in [(number, self._fork(number)) for number in numbers]:
            with os.fdopen(ready, "rb", buffering=0) as pipe:
                if not pipe.read(1):
                    raise ServingError(f"process {number} did not start; what it said of that stands above")

    def _fork(self, number: int) -> int:
        """A new process with that number; the end of a pipe that says one byte when it is ready, none when it dies."""
        ready, say_ready = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ready)
            self._live(number, say_ready)
        os.close(say_ready)
        self._numbers[pid] = number
        return ready

    def _live(self, number: int, say_ready: int) -> None:
        """The whole life of a process; does not return."""
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to hear
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            os.close(self._lifeline[1])
            served = self._launch(Shard(number, self._berths, self._public))
            os.write(say_ready, b"!")
            os.close(say_ready)
            os.read(self._lifeline[0], 1)
            served.stop()
            code = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _buried(self) -> list[int]:
        """The numbers of those that have died, their deaths written down."""
        numbers = []
        with suppress(ChildProcessError):
            while (died := os.waitpid(-1, os.WNOHANG))[0]:
                number = self._numbers.pop(died[0], None)
                if number is not None:
                    self._berths[number].log.died(number, self._clock.now(), _how(died[1]))
                    numbers.append(number)
        return numbers

    def _end(self) -> None:
        """Let go of the pipe and wait for everybody to leave; who has not left after a while is killed."""
        if self._lifeline[0] != -1:
            os.close(self._lifeline[1])
            os.close(self._lifeline[0])
            self._lifeline = (-1, -1)
        signal.alarm(PATIENCE_S)
        self._buried()
        while self._numbers:
            if signal.sigwait({signal.SIGCHLD, signal.SIGALRM}) == signal.SIGALRM:
                for pid in self._numbers:
                    os.kill(pid, signal.SIGKILL)
            self._buried()
        signal.alarm(0)
        self._held.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with exit code {code}"


def _nameless() -> BinaryIO:
    """A file that is gone with the last process that has it open."""
    return cast(BinaryIO, tempfile.TemporaryFile(buffering=0))
