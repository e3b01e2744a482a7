"""The client: raw keep-alive sockets and prebuilt requests, in a process of its own.

It asks for the next answer as soon as it has one (a closed loop), so its own work is all that keeps the server waiting.
"""

from __future__ import annotations

import gc
import re
import selectors
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol

from customhouse_fakes.core.clock import monotonic

from .cores import seat
from .errors import BenchError

TIMEOUT_S = 60.0
CHUNK = 1 << 18
LAST_CHUNK = b"\r\n0\r\n\r\n"
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"connection: *close", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Driven:
    """What a burst of requests came to. Latencies in the order of completion, first byte out to last byte in."""

    latencies_s: list[float]
    wall_s: float
    statuses: Mapping[int, int]

    def require(self, status: int) -> None:
        """Raises `BenchError` unless every answer had that status: refusals are quick and would flatter."""
        if set(self.statuses) != {status}:
            raise BenchError(f"expected only answers with {status}, got {dict(self.statuses)}")


#: Requests for one address.
Stream = tuple[Address, Sequence[bytes]]


class Line:
    """One connection with at most one request under way; `waiting` is shared with the other lines of its stream.

    `over`: the server closes after the answer, so the next request needs a new connection.
    """

    __slots__ = ("_address", "_buffer", "_whole", "over", "sent_at", "sock", "waiting")

    def __init__(self, address: Address, waiting: Iterator[bytes]) -> None:
        self._address = address
        self.waiting = waiting
        self.connect()
        self._buffer = bytearray()
        self._whole = 0
        self.sent_at = 0.0

    def connect(self) -> None:
        self.sock = socket.create_connection(self._address, TIMEOUT_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.over = False

    def send(self) -> bool:
        """The next request; False if there is none left."""
        request = next(self.waiting, None)
        if request is None:
            return False
        self.sent_at = monotonic()
        self.sock.sendall(request)
        return True

    def receive(self) -> int | None:
        """Read once; the status when the answer is whole, None while some of it is to come."""
        data = self.sock.recv(CHUNK)
        if not data:
            raise BenchError("the server closed a connection in the middle of the measurement")
        self._buffer += data
        if not self._whole:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.over = self._buffer.startswith(b"HTTP/1.0") or _CLOSE.search(self._buffer, 0, end) is not None
            found = _LENGTH.search(self._buffer, 0, end)
            if found is None and _CHUNKED.search(self._buffer, 0, end):
                return self._done() if self._buffer.endswith(LAST_CHUNK) else None
            self._whole = end + 4 + (int(found[1]) if found else 0)
        return self._done() if len(self._buffer) >= self._whole else None

    def _done(self) -> int:
        status = int(self._buffer[9:12])
        self._buffer.clear()
        self._whole = 0
        return status


def drive(streams: Sequence[Stream], connections: int) -> Driven:
    """Send all requests over so many connections, as many for each stream."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    with _lines(streams, connections) as lines, _no_collections():
        began = monotonic()
        for line, status in _alone(lines[0]) if len(lines) == 1 else _together(lines):
            latencies.append(monotonic() - line.sent_at)
            statuses[status] += 1
        wall = monotonic() - began
    return Driven(latencies, wall, dict(statuses))


@contextmanager
def _lines(streams: Sequence[Stream], connections: int) -> Iterator[list[Line]]:
    lines: list[Line] = []
    try:
        for address, requests in streams:
            waiting = iter(requests)
            for _ in range(min(max(1, connections // len(streams)), len(requests))):
                lines.append(Line(address, waiting))
        yield lines
    finally:
        for line in lines:
            line.sock.close()


@contextmanager
def _no_collections() -> Iterator[None]:
    """The client's garbage collector would show as the server's latency."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _alone(line: Line) -> Iterator[tuple[Line, int]]:
    while line.send():
        while (status := line.receive()) is None:
            pass
        yield line, status
        if line.over:
            line.sock.close()
            line.connect()


def _together(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.sock, selectors.EVENT_READ, line)
        busy = sum([line.send() for line in lines])
        while busy:
            ready = selector.select(TIMEOUT_S)
            if not ready:
                raise BenchError(f"no answer for {TIMEOUT_S:g} s")
            for key, _ in ready:
                line = key.data
                status = line.receive()
                if status is not None:
                    yield line, status
                    if line.over:
                        _renew(line, selector)
                    if not line.send():
                        selector.unregister(line.sock)
                        busy -= 1


def _renew(line: Line, selector: selectors.BaseSelector) -> None:
    selector.unregister(line.sock)
    line.sock.close()
    line.connect()
    selector.register(line.sock, selectors.EVENT_READ, line)


class Driver(Protocol):
    """Whoever sends bursts: this process (`Here`) or one of its own (`Client`)."""

    def drive(self, streams: Sequence[Stream], connections: int) -> Driven: ...


class Here:
    """This process: for runs that measure no time."""

    def drive(self, streams: Sequence[Stream], connections: int) -> Driven:
        return drive(streams, connections)


class Client:
    """The client's process, kept between bursts."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def drive(self, streams: Sequence[Stream], connections: int) -> Driven:
        return self._executor.submit(drive, streams, connections).result()


@contextmanager
def client() -> Iterator[Client]:
    spawn = get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=seat, initargs=(0, "client")) as executor:
        yield Client(executor)
