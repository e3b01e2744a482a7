"""The trap: another origin. Nothing of an importer should carry a token there; whatever comes is noted."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from customhouse_conformance.record import Stray
from customhouse_fakes.core.redaction import forms, holds

ANSWER = b'{"error": "this is not the API"}'
BODY_LIMIT = 1024 * 1024


class Trap:
    """Listens on a free loopback port and answers 404 to everything."""

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

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="trap", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

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
