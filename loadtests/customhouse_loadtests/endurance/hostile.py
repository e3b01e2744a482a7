"""Clients that hold on to what they can: slow ones, such that fall silent, such that leave in the middle."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from customhouse_loadtests.bench.drive import TIMEOUT_S, Address

HEAD = b"GET /me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\nX-Slow: "
UNFINISHED = b"POST /contacts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\nContent-Length: 1000\r\n\r\n{"
RESET = struct.pack("ii", 1, 0)


class SlowClients:
    """So many that send their heads byte by byte (slowloris), and so many that fall silent within a body."""

    def __init__(self, address: Address, token: str, count: int) -> None:
        self._slow = [_connected(address, HEAD % token.encode()) for _ in range(count)]
        self._silent = [_connected(address, UNFINISHED % token.encode()) for _ in range(count)]

    def drip(self) -> None:
        """One more byte of every head."""
        for sock in self._slow:
            with suppress(OSError):  # a head of 64 kB is cut off
                sock.sendall(b"x")

    def finish(self) -> list[int]:
        """End the heads at last; the statuses of the answers."""
        for sock in self._slow:
            sock.sendall(b"\r\n\r\n")
        return [int(sock.recv(65536)[9:12]) for sock in self._slow]

    def close(self) -> None:
        for sock in (*self._slow, *self._silent):
            sock.close()


@contextmanager
def slow_clients(address: Address, token: str, count: int) -> Iterator[SlowClients]:
    clients = SlowClients(address, token, count)
    try:
        yield clients
    finally:
        clients.close()


def come_and_go(address: Address, count: int) -> None:
    """Connect and leave at once, so many times in a row; every other one with a reset and half a request."""
    for number in range(count):
        with _connected(address, b"GET /me HT" if number % 2 else b"") as sock:
            if number % 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@contextmanager
def coming_and_going(address: Address, count: int) -> Iterator[None]:
    """The same beside what happens in the block, which ends when both are done."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        gone = beside.submit(come_and_go, address, count)
        yield
        gone.result()


def _connected(address: Address, sent: bytes) -> socket.socket:
    sock = socket.create_connection(address, TIMEOUT_S)
    sock.sendall(sent)
    return sock
