"""uvicorn in front of the Flask app.

uvicorn is what the product serves with already: it parses HTTP in C, keeps connections alive, bounds headers, and on a
signal stops listening and finishes what it has begun. It speaks ASGI; Flask's views block, so each request runs in a
thread. Starting an import can take as long as the source takes; it has threads of its own, so that no number of starts
keeps a page waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import uvicorn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Whole = tuple[int, list[tuple[str, str]], bytes]

MOST_BODY = 4 * 1024 * 1024
THREADS, START_THREADS = 16, 8
KEEP_ALIVE_S, LAST_ANSWERS_S = 75, 30
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Bridge:
    """ASGI outside, WSGI inside: bodies and answers are whole, bounded, and held in memory."""

    def __init__(self, app: WSGIApplication, slow_paths: tuple[str, ...] = ()) -> None:
        self._app, self._slow_paths = app, slow_paths
        self._threads: Executor = ThreadPoolExecutor(THREADS, "answer")
        self._slow_threads: Executor = ThreadPoolExecutor(START_THREADS, "start")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait until every view has returned."""
        for threads in (self._threads, self._slow_threads):
            threads.shutdown()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            status, headers, content = 413, [("Content-Type", "text/plain")], b"too large\n"
        else:
            environ = _environ(scope, body)
            slow = environ["PATH_INFO"].rstrip("/") in self._slow_paths
            threads = self._slow_threads if slow else self._threads
            loop = asyncio.get_running_loop()
            status, headers, content = await loop.run_in_executor(threads, self._answer, environ)
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, environ: dict[str, Any]) -> Whole:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _error: Any = None
        ) -> Callable[[bytes], object]:
            started[:] = [(status, headers)]
            return _no_writing

        chunks = self._app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            getattr(chunks, "close", bool)()
        status, headers = started[0]
        return int(status.split(" ", 1)[0]), headers, content


def _no_writing(_: bytes) -> None:
    raise NotImplementedError("the app answers by returning")


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None when it is too large."""
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        more = message.get("more_body", False)
        if size <= MOST_BODY:
            pieces.append(piece)
    return b"".join(pieces) if size <= MOST_BODY else None


def _environ(scope: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope["path"]),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").upper().replace("-", "_")
        if name == "CONTENT_TYPE":
            environ[name] = value.decode("latin-1")
        elif name != "CONTENT_LENGTH":
            key = f"HTTP_{name}"
            environ[key] = ",".join(filter(None, [environ.get(key), value.decode("latin-1")]))
    return environ


def _path(path: str) -> str:
    """Doubled slashes as one: an api_uri with a slash behind, joined naively, has them (contracts, section 2.1)."""
    parts = [part for part in path.split("/") if part]
    return ("/" + "/".join(parts)).encode().decode("latin-1")


class Server(uvicorn.Server):
    """Stops on a signal, and lets the process decide with what code it ends."""

    def __init__(self, bridge: Bridge, stop: threading.Event) -> None:
        config = uvicorn.Config(
            bridge, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
            proxy_headers=False, timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=LAST_ANSWERS_S,
        )  # fmt: skip
        super().__init__(config)
        self._stop = stop

    @contextlib.contextmanager
    def obeying_signals(self) -> Iterator[None]:
        """Meanwhile a signal stops the server, also before it runs and when it runs no more."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._on_signal) for one in SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: uvicorn would take signals too late, and send itself the signal again when it is done."""
        yield

    def _on_signal(self, *_: object) -> None:
        self.should_exit = True
        self._stop.set()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    # The protocol number is what asyncio looks at before it sets TCP_NODELAY; without it answers wait 40 ms.
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener
