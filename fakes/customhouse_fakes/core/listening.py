"""Listening sockets and what they are called."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from customhouse_fakes.core.errors import ServingError

#: After so many seconds of silence the kernel asks whether a client is still there.
SILENT_S = 60


@dataclass(slots=True, frozen=True)
class Address:
    """Where a provider listens. `url` has no trailing slash."""

    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def bind(host: str, port: int, name: str) -> socket.socket:
    """A socket for the provider of that name; raises `ServingError` when the port is taken. Port 0 is a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol number is what asyncio looks at before it sets TCP_NODELAY; without it answers wait 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it: a client that vanished without a word is noticed, and its descriptor freed.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_S)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise ServingError(
            f"cannot listen on {host}:{port} for {name}: {error.strerror}; choose another port, or 0 for a free one"
        ) from error
    return sock
