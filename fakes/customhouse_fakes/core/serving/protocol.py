"""uvicorn's HTTP protocol with additions: the transport is in the scope, headers are bounded, garbage is told.

A connection may be handed over by another process: then `handed_over` is the request that was read there. It is marked
`SETTLED` in its scope: it has come to where it belongs.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.asgi import ALONE, GARBLED, SETTLED, TRANSPORT, Send

MAX_HEADER_BYTES = 64 * 1024
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with what the fakes need of a connection."""

    _unread = 0
    _begun = 0
    _answered = 0
    handed_over = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if self.handed_over:
            self.data_received(self.handed_over)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of what holds us in turn: the collector of such rings comes seldom to a server of many records."""
        super().connection_lost(exc)
        self.scope = self.cycle = None  # type: ignore[assignment]  # as it was before the first request

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun += 1
        scope = cast(dict[str, Any], self.scope)
        scope[TRANSPORT] = self.transport
        if self.handed_over:
            scope[SETTLED], self.handed_over = True, b""
        scope[ALONE] = self._alone

    def on_response_complete(self) -> None:
        self._answered += 1
        super().on_response_complete()

    def _alone(self) -> bool:
        """Whether nothing was read behind the request that is being answered."""
        return self._begun == self._answered + 1

    def on_headers_complete(self) -> None:
        self._unread = -1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if self._unread >= 0:
            self._unread += len(data)
            # A head and its body may come in one piece; only a head that is still open is too long.
            if self._unread > MAX_HEADER_BYTES and b"\r\n\r\n" not in data:
                self.on_garbage(data[:200], f"the request's head is over {MAX_HEADER_BYTES} bytes")
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        self._garbage = data[:200]
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        self.on_garbage(self._garbage, msg)
        if self._begun:  # its head may have been good, and somebody may be waiting for its body
            cast(dict[str, Any], self.scope)[GARBLED] = True
        super().send_400_response(msg)

    @staticmethod
    def on_garbage(_data: bytes, _why: str) -> None:
        """Told of the first bytes of what cannot be read, and why; see `protocol_class`."""


def protocol_class(on_garbage: Callable[[bytes, str], None]) -> type[Protocol]:
    """A protocol that reports unreadable requests to `on_garbage(first bytes, why)` before it closes."""
    return type("Protocol", (Protocol,), {"on_garbage": staticmethod(on_garbage)})


def send_whole(send: Send, answer: Answer) -> bool:
    """Send an answer in one write; uvicorn's own way looks through every header twice and takes two.

    `send` is the bound method of uvicorn's cycle for this request: what it would do at the end is done here. False, and
    nothing is sent, when the client is slow to read and the answer has to wait, or when a header would break the head.
    """
    cycle: RequestResponseCycle = cast(Any, send).__self__
    head = "".join([f"{name}: {value}\r\n" for name, value in answer.headers.items()])
    if cycle.flow.write_paused or cycle.disconnected or head.count("\n") != len(answer.headers):
        return False
    end = "\r\n" if cycle.keep_alive else "connection: close\r\n\r\n"
    text = f"{head}Content-Length: {len(answer.body)}\r\n{end}"
    body = b"" if cycle.scope["method"] == "HEAD" else answer.body
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(b"".join((STATUS_LINE[answer.status], text.encode("latin-1"), body)))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def reset(transport: asyncio.Transport) -> None:
    """Close with RST: the peer sees `connection reset`, not an orderly end. One that has left sees nothing."""
    sock = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
