from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intercom.provider import IntercomProvider

from .node_client import NodeClient, install


@dataclass(frozen=True)
class Vendor:
    """A served workspace: where it is, what opens it, and the sandbox behind it."""

    url: str
    token: str
    sandbox: Sandbox

    def refusals(self) -> list[str | None]:
        """Which rules refused calls, in order."""
        return [row.refused_by for row in self.sandbox.journal.rows() if row.refused_by]


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness([IntercomProvider()], strict=True) as running:
        yield running


@pytest.fixture
def vendor(harness: Harness) -> Iterator[Vendor]:
    """A workspace of its own; every answer that was given in it kept to its schema."""
    sandbox = harness.sandbox("intercom")
    yield Vendor(harness.url("intercom"), sandbox.credentials["token"], sandbox)
    assert list(sandbox.diagnostics) == []


@pytest.fixture(scope="session")
def node_client() -> NodeClient:
    return install()
