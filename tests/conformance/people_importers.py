"""Small importers into Rally: each does one thing of what it was told."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import requests

from customhouse_conformance.adapters import Job, Told


def told_of(job: Job) -> Told:
    assert job.told is not None
    return job.told


def shows(job: Job) -> None:
    """Says what it was told."""
    told = told_of(job)
    types = json.loads(told.property_types.read_text())
    said = {"identifier": told.identifier, "population": told.population, "types": types, "zone": os.environ.get("TZ")}
    sys.stdout.write(f"{json.dumps(said)}\n")


def posts(job: Job) -> int:
    """Sends everybody at once, and does not wait for what comes of it."""
    rows = [json.loads(line) for line in job.source.read_text().splitlines()]
    people = [{"email": row["email"], "firstName": row["first_name"]} for row in rows]
    answer = requests.post(
        f"{job.base_url}/api/public/v1/people/import",
        json={"people": people},
        headers={"Authorization": f"Bearer {job.token}"},
        timeout=10,
    )
    return 0 if answer.status_code == 202 else 1


def listens(job: Job) -> int:
    """The same, with a server for webhooks."""
    told = told_of(job)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", told.webhook_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return posts(job)


def leaks(job: Job) -> None:
    """Says what it should keep to itself."""
    sys.stdout.write(told_of(job).webhook_secret)
