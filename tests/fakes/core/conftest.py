from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

from .toy import ToyProvider


@dataclass
class Toy:
    """A served sandbox and the two ways to talk to it."""

    harness: Harness
    sandbox: Sandbox
    session: requests.Session

    @property
    def url(self) -> str:
        return self.harness.url("toy")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("headers", {"Authorization": f"Bearer {self.sandbox.credentials['token']}"})
        return self.session.request(method, self.url + path, timeout=options.pop("timeout", 10), **options)

    def control(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.harness.control_token}"}
        return self.session.request(method, f"{self.url}/_customhouse{path}", headers=headers, timeout=10, **options)

    def fault(self, **line: Any) -> None:
        self.harness.run(self.sandbox.faults.put, {"faults": [{"operation": "*", **line}]})

    def rows(self) -> list[dict[str, Any]]:
        return self.harness.run(lambda: list(self.sandbox.journal.export()))


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness([ToyProvider()], strict=True) as running:
        running.sandbox("toy", id="toy-dev")
        yield running


@pytest.fixture
def toy(harness: Harness) -> Iterator[Toy]:
    with requests.Session() as session:
        yield Toy(harness, harness.sandbox("toy"), session)
