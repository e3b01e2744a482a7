"""The API versions: what `Intercom-Version` selects, from `versions.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import refuse


@dataclass(frozen=True, slots=True)
class Version:
    """One API version: its name, the behaviours it has, and the operations it lacks (with their first version)."""

    name: str
    behaviours: frozenset[str]
    absent: dict[str, str]

    def has(self, behaviour: str) -> bool:
        return behaviour in self.behaviours

    def require(self, operation: str) -> None:
        """Refuse an operation that came later (contract section 1: "not available in current API version")."""
        since = self.absent.get(operation)
        if since is not None:
            raise refuse("absent_in_version", operation=operation, since=since, version=self.name)


@cache
def document() -> dict[str, Any]:
    """The version matrix as written."""
    return tomllib.loads(files(__package__).joinpath("versions.toml").read_text("utf-8"))


@cache
def _versions() -> dict[str, Version]:
    matrix = document()
    order: list[str] = matrix["order"]
    rank = {name: position for position, name in enumerate(order)}

    def has(name: str, row: dict[str, Any]) -> bool:
        until = row.get("until", order[-1])
        return rank[row["since"]] <= rank[name] <= rank[until] or name in row.get("also", ())

    known = {
        name: Version(
            name,
            frozenset(key for key, row in matrix["behaviours"].items() if has(name, row)),
            {key: since for key, since in matrix["operations"].items() if rank[since] > rank[name]},
        )
        for name in order
    }
    return known | {alias: known[name] for alias, name in matrix["aliases"].items()}


def version(name: str) -> Version:
    """The version of that name; an unknown one is refused as Intercom refuses it."""
    found = _versions().get(name)
    if found is None:
        raise refuse("unknown_version", version=name)
    return found


def names() -> list[str]:
    """Every value that `Intercom-Version` may have."""
    return list(_versions())
