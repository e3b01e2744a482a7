"""Passing a connection on to the process that owns its sandbox: the socket itself travels, with what was read of it.

Nothing stands between the client and the owner afterwards: keep-alive connections cost one handover, and resets,
truncated bodies and held answers are the owner's own. Each process has an inbox, a datagram socket that everybody
may write to; it outlives the process, so what is sent while it is being replaced waits for the next one.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from customhouse_fakes.core.asgi import Scope

Adopt = Callable[[str, socket.socket, bytes], Awaitable[None]]
NAME_BYTES = 256
ENDLESS = 1 << 40
#: They concern one hop, or the length that is written anew.
OWN_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect", b"connection"})


class Outbox:
    """The way to one neighbour's inbox."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._free = asyncio.Lock()

    async def send(self, provider: str, connection: socket.socket | int, request: bytes) -> None:
        """Hand over a connection to `provider`'s port, whose client sent `request`."""
        number = connection if isinstance(connection, int) else connection.fileno()
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(request)
            async with self._free:
                while not self._sent(provider, [number, file.fileno()]):
                    await _writable(self._sock)

    def _sent(self, provider: str, numbers: list[int]) -> bool:
        try:
            socket.send_fds(self._sock, [provider.encode()], numbers)
        except BlockingIOError:
            return False
        return True


async def _writable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    free = loop.create_future()
    loop.add_writer(sock, free.set_result, None)
    try:
        await free
    finally:
        loop.remove_writer(sock)


class Inbox:
    """Gives what arrives to `adopt(provider, connection, what was read of it)`."""

    def __init__(self, sock: socket.socket, adopt: Adopt) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._adopt = adopt
        self._adopting: set[asyncio.Future[None]] = set()

    def open(self) -> None:
        """Begin to listen; on the loop."""
        asyncio.get_running_loop().add_reader(self._sock, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._sock)
        for task in self._adopting:
            task.cancel()

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while True:
                name, numbers, *_ = socket.recv_fds(self._sock, NAME_BYTES, 2)
                connection, file = numbers
                with os.fdopen(file, "rb") as request:
                    request.seek(0)
                    read = request.read()
                task = asyncio.ensure_future(self._adopt(name.decode(), socket.socket(fileno=connection), read))
                self._adopting.add(task)
                task.add_done_callback(self._adopting.discard)


def again(scope: Scope, body: Sequence[bytes], *, whole: bool, close: bool) -> bytes:
    """The request as the owner is to read it: with a length of its own if it is whole.

    If it is not, it is told as it was announced, and the owner finds out by itself: too long, or the client gone.
    `close`: the owner shall close after the answer, since something else was read of the connection that is not sent.
    """
    sent = b"".join(body)
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    announced = dict(scope["headers"])
    headers = [(name, value) for name, value in scope["headers"] if name not in OWN_HEADERS]
    connection = b"close" if close else announced.get(b"connection")
    if connection:
        headers.append((b"connection", connection))
    if whole or b"content-length" in announced:
        length = b"%d" % len(sent) if whole else announced[b"content-length"]
        headers.append((b"content-length", length))
    else:
        headers.append((b"transfer-encoding", b"chunked"))
        # Where the client's own chunks end is not known any more: as one that does not end, it is read as it comes.
        sent = b"%x\r\n%b" % (len(sent) + ENDLESS, sent)
    line = b"%b %b HTTP/%b\r\n" % (scope["method"].encode(), target, scope["http_version"].encode())
    return line + _lines(headers) + b"\r\n" + sent


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)
