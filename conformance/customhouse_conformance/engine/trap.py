"""The trap: another origin. Nothing of an importer should carry a token there; whatever comes is noted.

It is called `localhost` where the API is 127.0.0.1: clients that compare host names, not ports, see another host.
"""

import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from customhouse_conformance.facts import Stray
from customhouse_fakes.core.redaction import forms, holds

ANSWER = b'{"error": "this is not the API"}'
BODY_LIMIT = 1024 * 1024


class Trap:
    """Listens on a free loopback port, on whatever address `localhost` means, and answers 404 to everything."""

    def __init__(self) -> None:
        self._caught: list[Stray] = []
        self._needles: Mapping[str, str] = {}
        trap = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                trap._note(self)
                self.close_connection = True
                self.send_response(404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(ANSWER)))
                self.end_headers()
                self.wfile.write(ANSWER)

            def log_message(self, format: str, *args: object) -> None:
                """Silent: what arrives is in the record."""

        self._servers = _listen(Handler)
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="trap", daemon=True)
            for server in self._servers
        ]
        self.url = f"http://localhost:{self._servers[0].server_port}"

    def start(self) -> None:
        """Listen."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop listening."""
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()

    def watch_for(self, token: str) -> None:
        """Forget what was caught, and look for this token from now on."""
        self._caught.clear()
        self._needles = forms(token)

    def caught(self) -> tuple[Stray, ...]:
        """What arrived since `watch_for`."""
        return tuple(self._caught)

    def _note(self, request: BaseHTTPRequestHandler) -> None:
        length = request.headers.get("Content-Length", "0")
        body = request.rfile.read(min(int(length), BODY_LIMIT)) if length.isdigit() else b""
        said = f"{request.path}\n{request.headers}".encode() + body
        carried = holds(said, self._needles) is not None
        self._caught.append(Stray("trap", request.command, request.path, carried, 404))


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


def _listen(handler: type[BaseHTTPRequestHandler]) -> list[_Server]:
    """127.0.0.1 on a free port, and ::1 on the same one where there is IPv6."""
    first = _Server(("127.0.0.1", 0), handler)
    try:
        return [first, _Server6(("::1", first.server_port), handler)]
    except OSError:
        return [first]
