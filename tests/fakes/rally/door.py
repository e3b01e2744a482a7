"""A served sandbox of the fake Rally and what tests do with it."""

from __future__ import annotations

import threading
from typing import Any

import requests

from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

DEADLINE_S = 20.0
BASE = "/api/public/v1"
UNLIMITED = {"app": 10**9, "workspace": 10**9}


class Door:
    """One sandbox. Methods that wait do so for events, with a deadline."""

    def __init__(self, harness: Harness, **settings: Any) -> None:
        self.harness = harness
        self.sandbox: Sandbox = harness.sandbox("rally", **{"limits": UNLIMITED, **settings})
        self.credentials = self.sandbox.credentials
        self.http = requests.Session()
        self.http.trust_env = False

    def close(self) -> None:
        self.http.close()
        self.harness.run(self.harness.registry.delete, self.sandbox.id)

    # ---- talking to it ----

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.credentials['token']}", **options.pop("headers", {})}
        url = self.harness.url("rally") + BASE + path
        return self.http.request(method, url, json=body, headers=headers, timeout=DEADLINE_S, **options)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.harness.url('rally')}/_customhouse/sandboxes/{self.sandbox.id}{path}"
        headers = {"Authorization": f"Bearer {self.harness.control_token}"}
        return self.http.request(method, url, json=body, headers=headers, timeout=DEADLINE_S)

    def begin(self, *people: dict[str, Any], **further: Any) -> str:
        """Have people accepted; the id of their import."""
        answer = self.send("POST", "/people/import", {"people": list(people), **further})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["importId"])

    def take(self, *people: dict[str, Any], **further: Any) -> dict[str, Any]:
        """Import people to the end; what the import says of itself then."""
        return self.ended(self.begin(*people, **further))

    def ended(self, id: str) -> dict[str, Any]:
        """Let the sandbox's time pass until an import is over."""
        self.harness.run(self.sandbox.clock.advance, 60.0)
        answer = self.send("GET", f"/imports/{id}")
        assert answer.json()["status"] in {"COMPLETED", "ERROR"}, answer.text
        return dict(answer.json())

    # ---- looking at it ----

    def export(self, type: str) -> list[dict[str, Any]]:
        lines = self.harness.run(lambda: list(self.sandbox.provider.export(self.sandbox.state)))
        return [line for line in lines if line["type"] == type]

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/deliveries").json()["deliveries"])

    def rows(self, operation: str = "*") -> list[Exchange]:
        return self.harness.run(lambda: self.sandbox.journal.find(operation=operation).rows)

    # ---- waiting ----

    def until(self, count: int, operation: str = "webhook.deliver") -> None:
        """Wait for so many exchanges of an operation."""
        seen = threading.Event()

        def look(_row: object = None) -> None:
            if len(self.sandbox.journal.find(operation=operation).rows) >= count:
                seen.set()

        stop = self.harness.run(self.sandbox.journal.subscribe, look)
        self.harness.run(look)
        assert seen.wait(DEADLINE_S), f"there were no {count} exchanges of {operation} in time"
        self.harness.run(stop)
