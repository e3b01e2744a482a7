"""A started importer, as it is seen from this side of its keeper."""

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from customhouse_conformance.adapters.group import kill_group
from customhouse_conformance.adapters.keeper import DEATH_S
from customhouse_conformance.errors import DidNotStartError

#: Longer than a keeper takes over what does not end.
CLOSE_S = DEATH_S + 5


def ends() -> tuple[socket.socket, socket.socket]:
    """Ours and the keeper's. Both wait as long as it takes: a time-out that all sockets have here is not meant."""
    ours, keepers = socket.socketpair()
    for end in (ours, keepers):
        end.settimeout(None)
    return ours, keepers


class KeptRun:
    """A `Run` behind a keeper. `part` takes leave of the keeper's process, which has ended by then.

    `OSError` when the importer could not be started, with the keeper's reason. A thread listens to the keeper, so that
    waiting costs no polling.
    """

    def __init__(self, control: socket.socket, part: Callable[[], object]) -> None:
        self._control, self._part = control, part
        self._lines = control.makefile("rb")
        word, self._pid = self._hear()
        if word != "started":
            self._leave()
            raise OSError(self._pid, os.strerror(self._pid))
        self._exit_code: int | None = None
        self._ended = threading.Event()
        self._listener = threading.Thread(target=self._listen, name=f"importer-{self._pid}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The importer's first process, not the keeper."""
        return self._pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._exit_code

    def wait(self, seconds: float) -> bool:
        """Wait for its end."""
        return self._ended.wait(seconds)

    def signal(self, number: int) -> None:
        """A signal to the process; nothing happens if it has ended."""
        if not self.wait(0):
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def kill(self) -> None:
        """SIGKILL to the group, or to what is left of it.

        When its first process has ended, its number may be somebody else's by now: the keeper knows whose is what.
        """
        if self.wait(0):
            self._let_go()
        else:
            kill_group(self._pid)

    def close(self) -> None:
        """Have the keeper end what is left, daemons too, and take leave of it."""
        if self._listener.is_alive():
            self._let_go()
            self._listener.join(CLOSE_S)
            if self._listener.is_alive():
                raise DidNotStartError(f"process {self._pid} does not end", "see what it waits for; SIGKILL was sent")
        self._leave()

    def _hear(self) -> tuple[str, int]:
        """What the keeper says next; when it says nothing any more, somebody has killed it."""
        word, _, number = self._lines.readline().decode().partition(" ")
        return word, int(number or errno.ESRCH)

    def _listen(self) -> None:
        word, number = self._hear()
        if word != "ended":
            kill_group(self._pid)
        self._exit_code = number if word == "ended" else -signal.SIGKILL
        self._ended.set()
        self._lines.read()  # until the keeper has ended, too

    def _let_go(self) -> None:
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def _leave(self) -> None:
        self._lines.close()
        self._control.close()
        self._part()
