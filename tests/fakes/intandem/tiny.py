"""A tiny app behind a real socket: serves rows by page, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

Row = Mapping[str, Any]
#: The page that says: that was all.
END = -1


@dataclass(frozen=True)
class Ask:
    """A request that reached the app; `n` counts them from 1."""

    n: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def page(self) -> int:
        return int(self.query["page"])


@dataclass(frozen=True)
class Reply:
    """What the app answers. `wait` is waited for first; `cut` breaks the connection in the middle of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    wait: threading.Event | None = None
    cut: bool = False


Manner = Callable[[Ask], Reply | None]


def page_of(clients: Iterable[Any]) -> Reply:
    return Reply(json.dumps({"data": {"clients": list(clients)}}).encode())


def rows(count: int) -> list[dict[str, Any]]:
    return [{"first_name": f"Name{i}", "email": f"c{i}@example.org", "external_id": i} for i in range(count)]


def on_page(number: int, reply: Reply, *, times: int = 1_000) -> Manner:
    """Answers the first `times` requests for a page with `reply`, everything else honestly."""
    left = [times]

    def manner(ask: Ask) -> Reply | None:
        if ask.method != "GET" or ask.page != number or not left[0]:
            return None
        left[0] -= 1
        return reply

    return manner


class TinyApp:
    """Answers pages of `rows` honestly, unless `manner` has an answer of its own. Keeps what it was asked."""

    def __init__(self, rows: Iterable[Any] = (), manner: Manner | None = None) -> None:
        self.rows = list(rows)
        self.manner = manner
        self.asked: list[Ask] = []
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def pages(self) -> list[int]:
        return [ask.page for ask in self.asked]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        path, _, query = target.partition("?")
        with self._lock:
            ask = Ask(len(self.asked) + 1, method, path, dict(parse_qsl(query)), headers, body)
            self.asked.append(ask)
        return (self.manner and self.manner(ask)) or self.honest(ask)

    def honest(self, ask: Ask) -> Reply:
        if ask.method == "POST":
            return Reply(status=204)
        number, size = ask.page, int(ask.query["per_page"])
        return page_of(self.rows[(number - 1) * size : number * size] if number > 0 else [])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, app: TinyApp) -> None:
        self.app = app
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        target = self.requestline.split(" ")[1]  # as it was sent; `self.path` has its slashes tidied
        reply = self.server.app.answer(self.command, target, dict(self.headers), self.rfile.read(length))
        if reply.wait is not None:
            reply.wait.wait(20)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
        self.close_connection |= reply.cut

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            """The puller hung up, which is its right."""
