"""Somebody at the fake's door who sends whatever he likes, and an account of what became of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, parse_headers
from typing import Any, BinaryIO

from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

DEADLINE_S = 10.0
CONTINUE = 100
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """An answer as it came over the wire; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of the only error in the vendor's envelope."""
        document = self.json
        assert document["type"] == "error.list"
        (error,) = document["errors"]
        return self.status, error["code"]


class Visitor:
    """One connection that is kept, and as many raw ones as are asked for, all into one workspace."""

    def __init__(self, harness: Harness, sandbox: Sandbox) -> None:
        self.harness = harness
        self.sandbox = sandbox
        self.token = sandbox.credentials["token"]
        self.address = (harness.addresses["intercom"].host, harness.addresses["intercom"].port)
        self._kept = HTTPConnection(*self.address, timeout=DEADLINE_S)

    def call(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request over the kept connection; `body` is bytes, or something that becomes JSON."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self._kept.request(method, target, sent, {**own, **(headers or {})})
        response = self._kept.getresponse()
        return Reply(response.status, _lower(response.headers), response.read())

    def raw(self, data: bytes, answers: int = 1, method: str = "GET") -> list[Reply]:
        """Bytes over a connection of their own, and the first answers to them."""
        with socket.create_connection(self.address, DEADLINE_S) as sock:
            sock.sendall(data)
            with sock.makefile("rb") as file:
                return [_read_from(file, method) for _ in range(answers)]

    def dribble(self, data: bytes) -> Reply:
        """Bytes one at a time, each in a packet of its own, and the answer to them."""
        with socket.create_connection(self.address, DEADLINE_S) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in data:
                sock.send(bytes((byte,)))
            with sock.makefile("rb") as file:
                return _read_from(file, "GET")

    def leave_after(self, data: bytes) -> bytes:
        """Bytes, then the end of what is sent; all that is answered until the other side closes too."""
        with socket.create_connection(self.address, DEADLINE_S) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := sock.recv(65536):
                received += chunk
        return received

    def head(self, method: str, target: str, *lines: str) -> bytes:
        """The head of a request with this workspace's credential."""
        own = (f"{method} {target} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}")
        return "\r\n".join((*own, *lines, "", "")).encode("latin-1")

    @property
    def accounted(self) -> int:
        """Requests that are on record: in the journal, and among the strays of the whole harness."""
        return self.sandbox.journal.total + self.harness.registry.strays_total

    @contextmanager
    def recording(self, requests: int) -> Iterator[None]:
        """So many requests come on record in the meantime, no more and no fewer."""
        before = self.accounted
        yield
        assert self.accounted - before == requests

    def last_row(self) -> Exchange:
        (row,) = self.sandbox.journal.rows(since=self.sandbox.journal.total - 1)
        return row

    def is_well(self) -> bool:
        """Whether the fake still serves, on a new connection."""
        (reply,) = self.raw(self.head("GET", "/me"))
        return reply.status == 200

    def close(self) -> None:
        self._kept.close()


def _read_from(file: BinaryIO, method: str) -> Reply:
    """The next answer of a connection; the fake gives every one a Content-Length."""
    status, headers = _read_head(file)
    while status == CONTINUE:
        status, headers = _read_head(file)
    return Reply(status, headers, b"" if method == "HEAD" else file.read(int(headers["content-length"])))


def _read_head(file: BinaryIO) -> tuple[int, dict[str, str]]:
    line = file.readline()
    assert line.startswith(b"HTTP/1.1 "), line
    return int(line.split()[1]), _lower(parse_headers(file))


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
