"""uvicorn's HTTP protocol with three additions: the transport is in the scope, headers are bounded, garbage is told."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADER_BYTES = 64 * 1024
TRANSPORT = "customhouse.transport"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def protocol_class(on_garbage: Callable[[bytes, str], None]) -> type[HttpToolsProtocol]:
    """A protocol that reports unreadable requests to `on_garbage(first bytes, why)` before it closes."""

    class Protocol(HttpToolsProtocol):
        _unread = 0

        def on_message_begin(self) -> None:
            super().on_message_begin()
            cast(dict[str, Any], self.scope)[TRANSPORT] = self.transport

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
                    on_garbage(data[:200], f"the request's head is over {MAX_HEADER_BYTES} bytes")
                    self.transport.write(_TOO_LARGE)
                    self.transport.close()
                    return
            self._garbage = data[:200]
            super().data_received(data)

        def send_400_response(self, msg: str) -> None:
            on_garbage(self._garbage, msg)
            super().send_400_response(msg)

    return Protocol


def reset(transport: asyncio.Transport) -> None:
    """Close with RST: the peer sees `connection reset`, not an orderly end."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
