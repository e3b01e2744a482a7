"""The client: raw keep-alive sockets and prebuilt requests, in a process of its own.

It asks for the next answer as soon as it has one (a closed loop), so its own work is all that keeps the server waiting.
"""

from __future__ import annotations

import gc
import re
import selectors
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from customhouse_fakes.core.clock import monotonic

from .cores import seat
from .errors import BenchError

TIMEOUT_S = 60.0
CHUNK = 1 << 18
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


class Line:
    """One connection with at most one request under way."""

    __slots__ = ("_buffer", "_whole", "sent_at", "sock")

    def __init__(self, address: Address) -> None:
        self.sock = socket.create_connection(address, TIMEOUT_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self._whole = 0
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = monotonic()
        self.sock.sendall(request)

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
            found = _LENGTH.search(self._buffer, 0, end)
            self._whole = end + 4 + (int(found[1]) if found else 0)
        if len(self._buffer) < self._whole:
            return None
        status = int(self._buffer[9:12])
        del self._buffer[: self._whole]
        self._whole = 0
        return status


def drive(address: Address, requests: Sequence[bytes], connections: int) -> Driven:
    """Send all requests over so many connections."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    with _lines(address, min(connections, len(requests))) as lines, _no_collections():
        began = monotonic()
        for line, status in _alone(lines[0], requests) if len(lines) == 1 else _together(lines, requests):
            latencies.append(monotonic() - line.sent_at)
            statuses[status] += 1
        wall = monotonic() - began
    return Driven(latencies, wall, dict(statuses))


@contextmanager
def _lines(address: Address, count: int) -> Iterator[list[Line]]:
    with ExitStack() as opened:
        lines: list[Line] = []
        for _ in range(count):
            lines.append(Line(address))
            opened.enter_context(lines[-1].sock)
        yield lines


@contextmanager
def _no_collections() -> Iterator[None]:
    """The client's garbage collector would show as the server's latency."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _alone(line: Line, requests: Iterable[bytes]) -> Iterator[tuple[Line, int]]:
    for request in requests:
        line.send(request)
        while (status := line.receive()) is None:
            pass
        yield line, status


def _together(lines: Sequence[Line], requests: Iterable[bytes]) -> Iterator[tuple[Line, int]]:
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        for line, request in zip(lines, waiting, strict=False):
            selector.register(line.sock, selectors.EVENT_READ, line)
            line.send(request)
        busy = len(lines)
        while busy:
            ready = selector.select(TIMEOUT_S)
            if not ready:
                raise BenchError(f"no answer for {TIMEOUT_S:g} s")
            for key, _ in ready:
                line = key.data
                status = line.receive()
                if status is None:
                    continue
                yield line, status
                following = next(waiting, None)
                if following is None:
                    busy -= 1
                else:
                    line.send(following)


class Client:
    """The client's process, kept between bursts."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def drive(self, address: Address, requests: Sequence[bytes], connections: int) -> Driven:
        return self._executor.submit(drive, address, requests, connections).result()


@contextmanager
def client() -> Iterator[Client]:
    spawn = get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=seat, initargs=(0, "client")) as executor:
        yield Client(executor)
