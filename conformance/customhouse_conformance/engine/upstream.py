"""The API from which an importer fetches its source rows, if it reads `{source_url}` instead of a file.

    GET {source_url}?cursor=…&limit=100        Authorization: Bearer {source_token}
    200 {"clients": [{…}, …], "next": "cursor"}           "next" is null on the last page

The cursor is a key into the source, so it stays right when rows come, go or change meanwhile. A page may hold fewer
rows than were asked for, and still not be the last. What else may go wrong is a `Script`: data, counted, never chance.
"""

import json
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from urllib.parse import parse_qs, urlsplit

from customhouse_conformance.facts import Row, UpstreamCall
from customhouse_conformance.scenarios.pull import Script, UpstreamFault
from customhouse_fakes.core.randomness import secret_token

OPERATION = "upstream.page"
BIGGEST = 10_000


class Upstream:
    """Listens on a free loopback port; serves one scenario's rows at a time."""

    def __init__(self) -> None:
        self._desk = Desk({}, Script())
        upstream = self

        class Handler(_Handler):
            @property
            def desk(self) -> "Desk":
                return upstream._desk

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="upstream", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._desk.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, books: Mapping[str, tuple[Row, ...]], script: Script) -> "Desk":
        """Serve these rows by business from now on, under a new token, and forget what was before."""
        self._desk.close()
        self._desk = Desk(books, script)
        return self._desk

    def source_url(self, business: str) -> str:
        """Where the rows of a business are."""
        return f"{self.url}/{business}/clients"


@dataclass
class Desk:
    """The rows and the script of one scenario, and the calls that came. Safe from any thread."""

    books: Mapping[str, tuple[Row, ...]]
    script: Script
    token: str = field(default_factory=secret_token)
    on_call: Callable[[UpstreamCall], None] = lambda _call: None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._calls: list[UpstreamCall] = []
        # Pairs of key and row, in the order of the keys.
        self._books = {business: list(enumerate(rows, start=1)) for business, rows in self.books.items()}

    def close(self) -> None:
        """Let stalled calls go."""
        self._closed.set()

    def calls(self) -> tuple[UpstreamCall, ...]:
        """All calls so far, in order."""
        with self._lock:
            return tuple(self._calls)

    def turn(self, business: str, rows: tuple[Row, ...], front: int) -> None:
        """Replace the rows of a business, of which the first `front` are new. The others keep their keys."""
        with self._lock:
            keys = {json.dumps(row.get("external_id")): key for key, row in self._books[business]}
            lowest = min(keys.values(), default=1)
            self._books[business] = [
                (keys.get(json.dumps(row.get("external_id")), lowest - front + index), row)
                for index, row in enumerate(rows)
            ]

    def answer(self, path: str, query: str, authorization: str) -> tuple[int, dict[str, str], bytes]:
        """One call: status, headers, body. Waits if the script says so."""
        if authorization != f"Bearer {self.token}":
            return _said(401, "no such token")
        with self._lock:
            number = len(self._calls) + 1
            fault = self.script.fault(number)
            status, given, body = self._page(path.split("/")[1], query, number)
            if fault is not None and fault.status is not None:
                status, given, body = fault.status, 0, {"error": f"{fault.status}, says the scenario"}
            call = UpstreamCall(number, path, query, status, given, fault.id if fault else None)
            self._calls.append(call)
        self.on_call(call)
        self._closed.wait(self.script.delay_s + (fault.stall_s if fault else 0.0))
        return status, _headers(fault), json.dumps(body).encode()

    def _page(self, business: str, query: str, call: int) -> tuple[int, int, dict[str, object]]:
        wanted = {name: values[-1] for name, values in parse_qs(query).items()}
        cursor, limit = wanted.get("cursor", ""), wanted.get("limit", "100")
        if business not in self._books or not limit.isdigit() or (cursor and not cursor.lstrip("-").isdigit()):
            return 400, 0, {"error": "unknown business, or cursor and limit are no numbers"}
        book = self._books[business]
        first = bisect_right(book, int(cursor), key=itemgetter(0)) if cursor else 0
        size = max(1, min(int(limit), self.script.page(call), BIGGEST))
        page = book[first : first + size]
        following = str(page[-1][0]) if len(book) > first + size else None
        return 200, len(page), {"clients": [row for _, row in page], "next": following}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Small answers in one packet: with Nagle's algorithm each call of a keep-alive connection would wait 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def desk(self) -> Desk:
        raise NotImplementedError

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        status, headers, body = self.desk.answer(where.path, where.query, self.headers.get("Authorization", ""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """An importer that hangs up is none of our trouble."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what was asked is in the record."""


def _said(status: int, error: str) -> tuple[int, dict[str, str], bytes]:
    return status, _headers(None), json.dumps({"error": error}).encode()


def _headers(fault: UpstreamFault | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if fault is not None and fault.retry_after_s is not None:
        headers["Retry-After"] = str(fault.retry_after_s)
    return headers
