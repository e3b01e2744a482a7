"""What is measured: a server with a sandbox that nothing limits, and the client that drives it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson

from customhouse_fakes.core.clock import monotonic
from customhouse_loadtests.programs import FAKES

from . import traffic
from .drive import Address, Driven, Driver
from .errors import BenchError
from .ledger import percentile
from .processes import BARE, Server, running

UNLIMITED = 1_000_000_000
SANDBOX_ID = "bench"
FILLING_CONNECTIONS = 8
CONTROL = "/_customhouse"
Json = dict[str, Any]


class Subject:
    """A server that bursts are sent to. `status`: what every answer of it must have."""

    def __init__(self, server: Server, client: Driver, url: str, status: int = 200) -> None:
        parts = urlsplit(url)
        self.status = status
        self.server = server
        self.address: Address = (str(parts.hostname), int(parts.port or 80))
        self._client = client

    def drive(self, requests: Sequence[bytes], connections: int = 1) -> Driven:
        """Send requests that all must be answered with the right status."""
        driven = self._client.drive([(self.address, requests)], connections)
        driven.require(self.status)
        return driven

    def measure(self, requests: Sequence[bytes], connections: int = 1) -> dict[str, float]:
        """One burst in four numbers: `p50_ms`, `p99_ms`, `per_s`, and the server's CPU `cpu_us` for each request."""
        before = self.server.cpu_s()
        driven = self.drive(requests, connections)
        return numbers(driven, self.server.cpu_s() - before)


class Account(Subject):
    """A sandbox that nothing limits, and its control plane. `document`: what is asked of it beside that."""

    def __init__(
        self, server: Server, client: Driver, provider: str, id: str, document: Json | None = None, status: int = 200
    ) -> None:
        super().__init__(server, client, server.ready[provider]["url"], status)
        self.id = id
        limits = {"app": UNLIMITED, "workspace": UNLIMITED}
        self._document = {"provider": provider, "id": id, "limits": limits, **(document or {})}
        self.credentials: Json = {}
        self.renew()

    def renew(self) -> None:
        """A new, empty sandbox in the place of the old one."""
        if self.credentials:
            self.control("DELETE", f"/sandboxes/{self.id}")
        made = self.control("POST", "/sandboxes", self._document)
        parts = urlsplit(made["url"])  # of several processes, the one that has it
        self.address = (str(parts.hostname), int(parts.port or 80))
        self.credentials = made["credentials"]

    @property
    def token(self) -> str:
        return str(self.credentials["token"])

    def control(self, method: str, path: str, document: object = None) -> Any:
        """Ask the control plane; its JSON answer, None if there is none."""
        return self._ask(method, CONTROL + path, str(self.server.ready["control_token"]), document)

    def ask(self, method: str, path: str, document: object = None, token: str | None = None) -> Any:
        """Ask the provider, once; its JSON answer."""
        return self._ask(method, path, token or self.token, document)

    def _ask(self, method: str, path: str, token: str, document: object) -> Any:
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if document is None else orjson.dumps(document), headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise BenchError(f"{method} {path} was answered {answer.status}: {body[:300]!r}")
        return orjson.loads(body) if body else None


class Workspace(Account):
    """The fake Intercom with one workspace; `contacts` counts those that were created in it."""

    def __init__(self, server: Server, client: Driver, id: str = SANDBOX_ID) -> None:
        super().__init__(server, client, "intercom", id)

    def renew(self) -> None:
        """With the attributes of our people."""
        super().renew()
        self.contacts = 0
        self.drive(traffic.definitions(self.token))

    def creates(self, count: int) -> list[bytes]:
        """Requests for the next people in line."""
        requests = traffic.creates(self.token, self.contacts, count)
        self.contacts += count
        return requests

    def fill(self, contacts: int) -> None:
        """Create until there are so many."""
        if contacts > self.contacts:
            self.drive(self.creates(contacts - self.contacts), FILLING_CONNECTIONS)

    def ids(self) -> list[str]:
        """A page of ids of contacts that exist."""
        return [row["id"] for row in self.ask("GET", f"/contacts?per_page={traffic.PAGE}")["data"]]

    def seed(self, contacts: int) -> None:
        """Put contacts in without calls. Replaces nothing: for an empty workspace."""
        definitions = [{"name": name, "data_type": type} for name, type in traffic.ATTRIBUTES]
        people = [traffic.person(number) for number in range(contacts)]
        document = {"data_attributes": definitions, "contacts": people}
        self.control("POST", f"/sandboxes/{self.id}/seed", document)
        self.contacts = contacts

    def reset_ms(self) -> float:
        """Reset the sandbox; milliseconds until the answer was there."""
        began = monotonic()
        self.control("POST", f"/sandboxes/{self.id}/reset")
        self.contacts = 0
        return (monotonic() - began) * 1e3


def numbers(driven: Driven, cpu_s: float) -> dict[str, float]:
    """A burst in four numbers, as in `Subject.measure`."""
    count = len(driven.latencies_s)
    return {
        "p50_ms": percentile(driven.latencies_s, 0.50) * 1e3,
        "p99_ms": percentile(driven.latencies_s, 0.99) * 1e3,
        "per_s": count / driven.wall_s,
        "cpu_us": cpu_s / count * 1e6,
    }


@contextmanager
def fake(client: Driver) -> Iterator[Workspace]:
    """The fakes in a process of their own."""
    with running(FAKES) as server:
        yield Workspace(server, client)


@contextmanager
def bare(client: Driver) -> Iterator[Subject]:
    """The app that does nothing, on the same server."""
    with running(BARE) as server:
        yield Subject(server, client, server.ready["bare"]["url"])
