"""Lends an account to a test, and looks at its end whether all was as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

import pytest

from customhouse.pytest_plugin import PASSED
from customhouse.pytest_plugin.accounts import Account
from customhouse.pytest_plugin.settings import allowed_by, settings_of
from customhouse.pytest_plugin.unexpected import UnexpectedError

A = TypeVar("A", bound=Account[Any])


def lend(request: pytest.FixtureRequest, provider: str, make: Callable[..., A]) -> Iterator[A]:
    """The body of a fixture. Only a test that passed is told of faults that never struck: others may not have got
    there."""
    node = request.node
    account = make(**settings_of(node, provider))
    with closing(account):
        account.allow(*allowed_by(node, provider))
        yield account
        try:
            account.verify(faults=node.stash.get(PASSED, False))
            return
        except UnexpectedError as found:
            unexpected = str(found)
    pytest.fail(unexpected, pytrace=False)
