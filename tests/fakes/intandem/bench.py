"""A served sandbox of the fake inTandem and what tests do with it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import requests

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intandem.state.account import Account

from .tiny import TinyApp

DEADLINE_S = 20.0
MAPPING = {"first_name": "First name", "last_name": "Last name", "email": "Email", "phone": "Phone"}
#: The initiating POST of an app, and a body that it accepts.
IMPORT = "/business/clients/v1/apps/{}/import"
GOOD = {"fields_mapping": MAPPING, "import_params": {}}


class Bench:
    """One sandbox. Methods that wait do so for events, with a deadline."""

    def __init__(self, harness: Harness, app: TinyApp | None = None, **settings: Any) -> None:
        document = {"api_uri": app.url, "name": "Tiny app"} if app else {}
        document |= settings.pop("document", {})
        self.harness = harness
        self.sandbox: Sandbox = harness.sandbox("intandem", app=document, **settings)
        self.credentials = self.sandbox.credentials
        self.http = requests.Session()
        self.http.trust_env = False

    @property
    def account(self) -> Account:
        account: Account = self.sandbox.state
        return account

    def close(self) -> None:
        self.http.close()
        self.harness.run(self.harness.registry.delete, self.sandbox.id)

    # ---- talking to it ----

    def send(
        self, method: str, path: str, body: Any = None, *, who: str | None = "token", **options: Any
    ) -> requests.Response:
        """`who` names a credential, or is one; None sends none."""
        headers = options.pop("headers", {})
        if who is not None:
            headers = {"Authorization": f"Bearer {self.credentials.get(who, who)}"} | headers
        url = self.harness.url("intandem") + path
        return self.http.request(method, url, json=body, headers=headers, timeout=DEADLINE_S, **options)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.harness.url('intandem')}/_customhouse/sandboxes/{self.sandbox.id}{path}"
        headers = {"Authorization": f"Bearer {self.harness.control_token}"}
        return self.http.request(method, url, json=body, headers=headers, timeout=DEADLINE_S)

    def start(
        self, mapping: dict[str, str] | None = None, *, who: str = "token", headers: Any = None, **params: Any
    ) -> requests.Response:
        path = IMPORT.format(self.credentials["app_code_name"])
        body = {"fields_mapping": MAPPING if mapping is None else mapping, "import_params": params}
        return self.send("POST", path, body, who=who, headers=headers or {})

    def pull(self, mapping: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
        """Import, wait for the end, and return the session as it is exported."""
        answer = self.start(mapping, **params)
        assert answer.status_code in (200, 201), answer.text
        self.until_quiet()
        return self.sessions()[-1]

    # ---- looking at it ----

    def plan(self, **document: Any) -> None:
        def put() -> None:
            self.account.pull_plan = document

        self.harness.run(put)

    def export(self, type: str) -> list[dict[str, Any]]:
        lines = self.harness.run(lambda: list(self.sandbox.provider.export(self.sandbox.state)))
        return [line for line in lines if line["type"] == type]

    def sessions(self) -> list[dict[str, Any]]:
        return self.export("session")

    def clients(self) -> list[dict[str, Any]]:
        return [client for client in self.export("client") if client["status"] == "active"]

    def external_ids(self) -> list[Any]:
        return [client["external_id"] for client in self.clients()]

    def rows(self, operation: str = "export.*") -> list[dict[str, Any]]:
        found = self.harness.run(lambda: self.sandbox.journal.find(operation=operation).rows)
        return [row.to_json() for row in found]

    def diagnostics(self) -> list[dict[str, Any]]:
        return list(self.sandbox.diagnostics)

    # ---- waiting ----

    def next_row(self, operation: str) -> threading.Event:
        """Set as soon as the next exchange of that operation is journaled."""
        seen = threading.Event()
        self.harness.run(self.sandbox.journal.subscribe, lambda row: seen.set() if row.operation == operation else None)
        return seen

    def until_quiet(self) -> None:
        """Wait until nothing runs in the background any more."""
        while tasks := self.harness.run(self.sandbox.tasks.running):
            for task in tasks:
                self._until_done(task)

    def until_ended(self, session: str) -> None:
        """Wait for one session, whatever else runs."""
        task = self.harness.run(self.sandbox.tasks.named, session)
        if task is not None:
            self._until_done(task)

    def _until_done(self, task: asyncio.Task[None]) -> None:
        done = threading.Event()
        self.harness.run(task.add_done_callback, lambda _: done.set())
        assert done.wait(DEADLINE_S), f"{task.get_name()} did not end in time"
