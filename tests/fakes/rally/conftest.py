from collections.abc import Callable, Iterator
from typing import Any

import pytest

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.rally.provider import RallyProvider
from tests.fakes.intandem.tiny import TinyApp

from .door import Door

MakeDoor = Callable[..., Door]


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness([RallyProvider()], strict=True) as running:
        yield running


@pytest.fixture
def make_door(harness: Harness) -> Iterator[MakeDoor]:
    """Makes sandboxes; at the end nothing may have gone wrong inside any of them."""
    made: list[Door] = []

    def make(**settings: Any) -> Door:
        made.append(Door(harness, **settings))
        return made[-1]

    yield make
    for door in made:
        assert list(door.sandbox.diagnostics) == []
        door.close()


@pytest.fixture
def door(make_door: MakeDoor) -> Door:
    return make_door()


@pytest.fixture
def receiver() -> Iterator[TinyApp]:
    """Takes webhooks, with 204; set its `manner` to have it otherwise."""
    with TinyApp() as running:
        yield running
