from collections.abc import Iterator

import pytest

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intercom.provider import IntercomProvider

from .visitor import Visitor


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness([IntercomProvider()], strict=True) as running:
        yield running


@pytest.fixture
def visitor(harness: Harness) -> Iterator[Visitor]:
    """Somebody at the door of a workspace without limits; at the end nothing may have gone wrong inside."""
    visitor = Visitor(harness, harness.sandbox("intercom", limits={"app": 10**9, "workspace": 10**9}))
    yield visitor
    visitor.close()
    assert list(visitor.sandbox.diagnostics) == []
