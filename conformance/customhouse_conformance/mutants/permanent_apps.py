"""Apps that do not import, though they answer. None of them may get a single PASS."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intandem_base import pull_of
from customhouse_conformance.registry import mutant

EMPTY = json.dumps({"data": {"clients": []}}).encode()


@mutant("intandem", permanent=True)
def opens_no_port(job: Job) -> int:
    """Thinks for a while, and leaves."""
    Event().wait(0.3)
    return 0


@mutant("intandem", permanent=True)
def always_an_empty_page(job: Job) -> int:
    """Begins imports as it should, and has an empty page for everybody."""
    return _serve(job, EMPTY)


@mutant("intandem", permanent=True)
def always_the_same_client(job: Job) -> int:
    """Begins imports as it should, and has the same client for everybody."""
    client = {"first_name": "Rufus", "last_name": "Zboncak", "external_id": 4}
    return _serve(job, json.dumps({"data": {"clients": [client]}}).encode())


def _serve(job: Job, page: bytes) -> int:
    pull = pull_of(job)
    start = f"{job.base_url}/business/clients/v1/apps/{pull.app_code_name}/import"
    body = {"fields_mapping": {"first_name": "First name"}, "import_params": {"should_override": True}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/start"):
                requests.post(start, json=body, headers={"Authorization": f"Bearer {job.token}"}, timeout=10)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    ThreadingHTTPServer(("127.0.0.1", pull.port), Handler).serve_forever()
    return 0
