from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intandem.provider import IntandemProvider

from .bench import Bench
from .tiny import Manner, TinyApp

MakeApp = Callable[..., TinyApp]
MakeBench = Callable[..., Bench]


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness([IntandemProvider()], strict=True) as running:
        yield running


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def tiny(closing: ExitStack) -> MakeApp:
    """Makes tiny apps that are stopped at the end."""

    def make(rows: Any = (), manner: Manner | None = None) -> TinyApp:
        return closing.enter_context(TinyApp(rows, manner))

    return make


@pytest.fixture
def bench(closing: ExitStack, harness: Harness) -> MakeBench:
    """Makes sandboxes that are deleted at the end; none of them may have found a fault of the fake's own."""

    def make(app: TinyApp | None = None, **settings: Any) -> Bench:
        made = Bench(harness, app, **settings)
        closing.callback(made.close)
        closing.callback(lambda: _assert_healthy(made))
        return made

    return make


def _assert_healthy(made: Bench) -> None:
    assert made.diagnostics() == []
