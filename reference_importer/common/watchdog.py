"""A total bound on how long an answer may take.

A socket time-out bounds each single read, so a peer that drips one byte a second never trips it. The watchdog shuts
the socket of any answer that is not complete by its deadline; the reading thread then sees the connection end.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from reference_importer.common.clock import Clock

_current = threading.local()


@dataclass(eq=False, slots=True)
class Guard:
    """One guarded answer."""

    deadline: float
    sock: Any = None
    expired: bool = False

    def cut(self) -> None:
        self.expired = True
        if self.sock is None:
            return
        try:
            # On a TLS socket too: its own shutdown would pull the TLS state from under the reading thread.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            return  # it ended by itself


class Watchdog:
    """One thread that watches all guarded answers; it starts with the first and never keeps the process alive."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guards: set[Guard] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def guard(self, seconds: float) -> Iterator[Guard]:
        """Guard the answer that this thread is about to wait for."""
        guard = Guard(self._clock.monotonic() + seconds)
        _current.guard = guard
        with self._changed:
            self._guards.add(guard)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
        try:
            yield guard
        finally:
            _current.guard = None
            with self._changed:
                self._guards.discard(guard)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = self._clock.monotonic()
                for guard in self._guards:
                    if guard.deadline <= now and not guard.expired:
                        guard.cut()
                self._clock.wait_notified(self._changed, self._nap(now))

    def _nap(self, now: float) -> float:
        """Deadlines are at least one time-out away when made, so looking this often finds each soon enough."""
        waiting = [guard.deadline - now for guard in self._guards if not guard.expired]
        return max(0.01, min([*waiting, 0.25]))


class _Watched:
    """Hands the socket to the guard of its thread before the answer is waited for."""

    sock: Any

    def getresponse(self) -> Any:
        guard: Guard | None = getattr(_current, "guard", None)
        if guard is not None:
            guard.sock = self.sock
        return super().getresponse()  # type: ignore[misc]  # the connection class beside it in the bases has it


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


WATCHED: dict[str, type[HTTPConnectionPool]] = {"http": _HTTPPool, "https": _HTTPSPool}


class WatchedAdapter(HTTPAdapter):
    """A requests adapter whose connections can be watched."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = WATCHED

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = WATCHED
        return manager
