"""Shapes: how many users there are when. Pure; Locust asks `users_at` once a second."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of `shapes.toml`."""

    name: str
    about: str
    steps: tuple[tuple[float, float], ...]
    once: bool = False
    users: int | None = None
    duration_s: float | None = None

    def most(self, users: int) -> int:
        """The most users that there ever are, if so many were asked for."""
        return users if self.users is None else self.users

    def users_at(self, share: float, users: int) -> int:
        """Users when this share (0 to 1) of the duration is over; at least one."""
        level = next(level for begin, level in reversed(self.steps) if share >= begin)
        return max(1, math.ceil(level * self.most(users)))


@cache
def shapes() -> Mapping[str, Shape]:
    """All of them, by name."""
    table = tomllib.loads(files(__package__).joinpath("shapes.toml").read_text("utf-8"))
    return {
        name: Shape(name=name, **{**row, "steps": tuple((begin, level) for begin, level in row["steps"])})
        for name, row in table.items()
    }
