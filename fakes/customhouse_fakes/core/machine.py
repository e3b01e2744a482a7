"""State machines as data: reads the `moves.toml` of a provider. Knows nothing of HTTP, clocks or what moves.

A move is taken when the thing is in one of `from`, `on` happened, and every fact of `when` has one of its values;
the first that fits wins. Acts are names; whoever owns the thing does them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


class IllegalMoveError(Exception):
    """Something happened in a state in which it cannot happen; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table."""

    sources: tuple[str, ...]
    events: tuple[str, ...]
    when: Mapping[str, tuple[Any, ...]]
    to: str
    acts: tuple[str, ...]

    def fits(self, state: str, event: str, facts: Mapping[str, Any]) -> bool:
        return (
            state in self.sources
            and event in self.events
            and all(facts[fact] in values for fact, values in self.when.items())
        )


@dataclass(frozen=True, slots=True)
class Machine:
    """All moves, in the order of the table."""

    thing: str
    running: tuple[str, ...]
    ended: tuple[str, ...]
    moves: tuple[Move, ...]

    def move(self, state: str, event: str, facts: Mapping[str, Any]) -> Move:
        """The move that an event makes; raises `IllegalMoveError` when there is none."""
        for move in self.moves:
            if move.fits(state, event, facts):
                return move
        raise IllegalMoveError(f"'{event}' cannot happen to {self.thing} that is {state}")


@cache
def load(package: str, thing: str) -> Machine:
    """The table `moves.toml` of an import package; `thing` is what moves, for messages ("a session")."""
    document = tomllib.loads(files(package).joinpath("moves.toml").read_text("utf-8"))
    states = document["states"]
    moves = tuple(_move(row) for row in document["move"])
    return Machine(thing, tuple(states["running"]), tuple(states["ended"]), moves)


def _move(row: Mapping[str, Any]) -> Move:
    events = [row["on"]] if isinstance(row["on"], str) else row["on"]
    when = {fact: tuple(values) for fact, values in row.get("when", {}).items()}
    return Move(tuple(row["from"]), tuple(events), when, row["to"], tuple(row["do"]))
