"""What a test says of its sandboxes: the marker `customhouse`, and the ini option `customhouse_allow`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from customhouse_fakes import PROVIDERS

SETTINGS = ("profile", "limits", "seed", "app")


def settings_of(node: pytest.Item, provider: str) -> dict[str, Any]:
    """How the sandbox is made: of several markers the one that is nearest to the test wins, setting by setting."""
    found: dict[str, Any] = {}
    for given in _markers(node, provider):
        found = {name: given[name] for name in SETTINGS if name in given} | found
    return found


def allowed_by(node: pytest.Item, provider: str) -> tuple[str, ...]:
    """All refusals that the test, its module and its project expect."""
    named = [texts(given.get("allow", ())) for given in _markers(node, provider)]
    return (*node.config.getini("customhouse_allow"), *(pattern for patterns in named for pattern in patterns))


def texts(value: str | Iterable[str]) -> tuple[str, ...]:
    """One text, or several."""
    return (value,) if isinstance(value, str) else tuple(value)


def _markers(node: pytest.Item, provider: str) -> Iterator[Mapping[str, Any]]:
    """What the markers about a provider say, nearest first; `pytest.UsageError` for a word that means nothing."""
    for marker in node.iter_markers("customhouse"):
        known = {"provider": (marker.args, PROVIDERS), "setting": (marker.kwargs, ("allow", *SETTINGS))}
        for what, (words, names) in known.items():
            for word in words:
                if word not in names:
                    raise pytest.UsageError(
                        f"@pytest.mark.customhouse: {word!r} is no {what}; there are: {', '.join(names)}"
                    )
        if not marker.args or provider in marker.args:
            yield marker.kwargs
