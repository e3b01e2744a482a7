"""Both ends of the app: a tiny inTandem that answers the start, and a tiny API to import from.

They share no code with the product's fakes, so the two check each other.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.reference_importer.listening import Listening, Seen

TOKEN, SOURCE_TOKEN = "tok-3f9c2e71a4", "src-77ab01fe2d"
SESSION_ID = "0a35841d-d6af-40ca-82b5-0ba1dcbf4970"
Reply = tuple[int, Any]
STARTED: Reply = (201, {"success": True, "data": {"session_id": SESSION_ID}})


class _Handler(BaseHTTPRequestHandler):
    owner: Peer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
        self.owner.seen.append(seen)
        reply = self.owner.reply(seen)
        if reply is None:
            self.close_connection = True
            return
        status, document = reply
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "0.01")
        with suppress(ConnectionError):  # who asked may be gone: some tests are about that
            self.end_headers()
            self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Peer(Listening):
    """A server that answers with `reply`."""

    handler = _Handler

    def reply(self, seen: Seen) -> Reply | None:
        """The answer; None cuts the connection."""
        raise NotImplementedError


class Vendor(Peer):
    """Answers starts with `answer`, after `meanwhile` has been called."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Reply | None = STARTED
        self.subscribed: Reply = (201, {"data": {"subscription_id": "1"}, "status": "OK"})
        self.meanwhile: Callable[[], object] = bool

    def reply(self, seen: Seen) -> Reply | None:
        if seen.path.endswith("/subscribe"):
            return self.subscribed
        self.meanwhile()
        return self.answer

    @property
    def starts(self) -> list[Seen]:
        return [one for one in self.seen if one.path.endswith("/import")]


@dataclass
class Trouble:
    """An answer in place of a page: at the nth request (1 is the first), so many times."""

    reply: Reply | None
    at: int = 2
    times: int = 1


class Upstream(Peer):
    """Serves `rows` in pages of `sizes` (the last size for ever), or less if less is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self.sizes: list[int] = [500]
        self.trouble: list[Trouble] = []
        self.hold: threading.Event | None = None

    def reply(self, seen: Seen) -> Reply | None:
        if seen.headers.get("Authorization") != f"Bearer {SOURCE_TOKEN}":
            return 401, {"error": "who are you"}
        number = len(self.seen)
        for one in self.trouble:
            if one.at <= number < one.at + one.times:
                return one.reply
        if self.hold and number > 1:
            self.hold.wait(20)
        first = int(seen.query.get("cursor", "0"))
        size = min(int(seen.query["limit"]), self.sizes[min(number, len(self.sizes)) - 1])
        following = first + size
        more = str(following) if following < len(self.rows) else None
        return 200, {"clients": self.rows[first:following], "next": more}


@dataclass
class Walk:
    """What inTandem does: pages until a short one, then -1."""

    get: Callable[[dict[str, Any]], tuple[int, Any]]
    business: str = "biz-1"
    per_page: int = 10
    clients: list[dict[str, Any]] = field(default_factory=list)

    def page(self, page: int | str, per_page: int | str | None = None, **more: Any) -> tuple[int, list[dict[str, Any]]]:
        """Status and clients of one page."""
        size = self.per_page if per_page is None else per_page
        query = {"business_uid": self.business, "staff_uid": "st-1", "page": page, "per_page": size, **more}
        status, document = self.get(query)
        return status, document.get("data", {}).get("clients", [])

    def pages(self) -> list[dict[str, Any]]:
        """All pages from 1 on; the clients."""
        page, found = 0, list[dict[str, Any]]([{}] * self.per_page)
        while len(found) == self.per_page:
            page += 1
            status, found = self.page(page)
            assert status == 200
            self.clients += found
        return self.clients

    def whole(self) -> list[dict[str, Any]]:
        """A whole session; the clients."""
        clients = self.pages()
        assert self.page(-1) == (200, [])
        return clients
