"""What a sandbox leaves behind."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from customhouse_fakes.core.registry import Registry

from .toy import ToyProvider


@pytest.fixture
def no_search_for_cycles() -> Iterator[None]:
    """Only what nobody refers to any more is freed."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_search_for_cycles")
def test_a_deleted_sandbox_lets_go_of_its_state_at_once() -> None:
    registry = Registry({"toy": ToyProvider()})
    sandbox = registry.create("toy")
    sandbox.save("kept")
    held = [weakref.ref(sandbox.state), weakref.ref(sandbox.snapshots["kept"])]
    registry.delete(sandbox.id)
    assert [one() for one in held] == [None, None]
    assert sandbox.state.notes == {}  # who was still on the way meets an empty account, not a broken one
