"""The webhook receiver: answers at once, works later.

The server thread checks the signature, puts the event into a queue and answers; the importer's own thread takes events
from the queue, drops those that it knows by their id, and matches them with imports whenever either of the two comes.
"""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reference_importer.rally.ledger import Ledger
from reference_importer.rally.signatures import SignatureError, Signatures

FINISHED = "person_import.api.finished"
LARGEST_BODY = 8 * 1024 * 1024
CLIENT_PATIENCE_S = 10.0


@dataclass(slots=True)
class Deliveries:
    """Counts for the report."""

    received: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery with a good signature."""

    id: str
    document: dict[str, Any]


@dataclass(slots=True)
class Inbox:
    """What webhooks told. `put` may be called by any thread, the rest by the importer's."""

    ledger: Ledger
    arrived: threading.Event = field(default_factory=threading.Event)
    counts: Deliveries = field(default_factory=Deliveries)
    _queue: queue.SimpleQueue[Delivery] = field(default_factory=queue.SimpleQueue)

    def put(self, delivery: Delivery) -> None:
        self._queue.put(delivery)
        self.arrived.set()

    def of(self, import_id: str) -> dict[str, Any] | None:
        """The event about an import, whether it came before or after Rally's answer said which import that is."""
        self.take_in()
        return self.ledger.event_of(import_id)

    def take_in(self) -> None:
        """Write down what came."""
        while True:
            try:
                delivery = self._queue.get_nowait()
            except queue.Empty:
                return
            self.counts.received += 1
            self.counts.duplicates += not self.keep(delivery)

    def keep(self, delivery: Delivery) -> bool:
        """Remember one delivery by its id, which a resend repeats (C16); False for a known one."""
        document = delivery.document
        import_id = document.get("importId") if document.get("_eventType") == FINISHED else None
        return self.ledger.keep_event(delivery.id, None if import_id is None else str(import_id), document)


class Receiver:
    """A loopback HTTP server on a thread of its own. Use as a context manager."""

    def __init__(self, port: int, path: str, signatures: Signatures, inbox: Inbox) -> None:
        """Raises OSError when the port cannot be had."""
        self._path, self._signatures, self._inbox = path, signatures, inbox
        receiver = self

        class Handler(_Handler):
            owner = receiver

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Receiver:
        serve = {"poll_interval": 0.05}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, name="webhooks", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Any, body: bytes) -> int:
        """The status for a delivery. Nothing that anybody sends makes it a 5xx, which would be sent again for days."""
        if path.partition("?")[0] != self._path:
            return 404
        status = self.take(headers, body)
        self._inbox.counts.refused += status >= 400
        return status

    def take(self, headers: Any, body: bytes) -> int:
        """Check, put aside, and answer before any work is done (C18)."""
        try:
            id = self._signatures.check(headers, body)
        except SignatureError:
            return 401
        try:
            document = json.loads(body)
        except ValueError:
            return 400
        if not isinstance(document, dict):
            return 400
        self._inbox.put(Delivery(id, document))
        return 202


class _Handler(BaseHTTPRequestHandler):
    owner: Receiver
    timeout = CLIENT_PATIENCE_S
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the name is http.server's
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self._reply(413 if length.isdecimal() else 411)
            return
        self._reply(self.owner.answer(self.path, self.headers, self.rfile.read(int(length))))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the server itself refuses is the caller's mistake as well: it would answer 501 to a GET."""
        super().send_error(405 if code >= 500 else code, message, explain)

    def _reply(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status in (411, 413):
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: whoever knocks does not write into the run's output."""
