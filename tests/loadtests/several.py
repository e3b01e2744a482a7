"""`customhouse serve` as a process of its own, and what a test asks of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

PORTS = ("--intandem-port", "0", "--intercom-port", "0", "--rally-port", "0")
LEAVING_S = 20


class Served:
    """The fakes in processes of their own; `ready` is the ready line."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.ready = ready
        self.session = requests.Session()

    @property
    def url(self) -> str:
        return str(self.ready["intercom"]["url"])

    def control(self, method: str, path: str, url: str | None = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.ready['control_token']}"}
        return self.session.request(
            method, f"{url or self.url}/_customhouse{path}", headers=headers, timeout=20, **options
        )

    def sandbox(self, url: str | None = None, **document: Any) -> dict[str, Any]:
        answer = self.control("POST", "/sandboxes", url, json={"provider": "intercom", **document})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def one_each(self, processes: int, **document: Any) -> list[dict[str, Any]]:
        """A sandbox in every process, in the order of their addresses."""
        made: dict[str, dict[str, Any]] = {}
        for _ in range(processes):  # it is everybody's turn, one after another
            sandbox = self.sandbox(**document)
            made[sandbox["url"]] = sandbox
        while len(made) < processes:  # whoever takes the connection counts for himself
            sandbox = self.sandbox(**document)
            made[sandbox["url"]] = sandbox
        return list(made.values())

    def call(self, sandbox: dict[str, Any], method: str, path: str, url: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {sandbox['credentials']['token']}"} | options.pop("headers", {})
        return self.session.request(method, url + path, headers=headers, timeout=20, **options)

    def create(self, sandbox: dict[str, Any], email: str, url: str | None = None) -> requests.Response:
        return self.call(sandbox, "POST", "/contacts", url or sandbox["url"], json={"role": "user", "email": email})

    def rows(self, sandbox: dict[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", f"/sandboxes/{sandbox['id']}/journal").json()["rows"]
        return rows

    def rows_when(self, sandbox: dict[str, Any], count: int) -> list[dict[str, Any]]:
        """The journal once it has so many rows: what a client left behind is written down after the client has left."""
        deadline = time.monotonic() + LEAVING_S
        while len(rows := self.rows(sandbox)) < count and time.monotonic() < deadline:
            pass
        return rows

    def children(self) -> list[int]:
        return children(self.process.pid)

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(LEAVING_S)


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "customhouse", "serve", *PORTS, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            served = Served(process, json.loads(process.stdout.readline()))
            with served.session:
                yield served
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(LEAVING_S)


def watch(pid: int) -> int:
    """A descriptor that becomes readable when that process ends, whoever its parent is."""
    return os.pidfd_open(pid)
