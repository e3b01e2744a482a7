"""What is wanted of the measures: the rows of `targets.toml`, and their judgement."""

from __future__ import annotations

import operator
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from .ledger import Ledger

Comparison = Literal["at most", "at least"]
Outcome = Literal["met", "missed", "not judged"]

COMPARISONS: Mapping[Comparison, Callable[[float, float], bool]] = {"at most": operator.le, "at least": operator.ge}


@dataclass(frozen=True, slots=True)
class Target:
    """One wish. `records`: the contacts that a run must have for it to be judged."""

    measure: str
    name: str
    wanted: float
    unit: str
    comparison: Comparison
    why: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A target beside what was measured."""

    target: Target
    measured: float | None
    outcome: Outcome


@cache
def targets() -> tuple[Target, ...]:
    text = files(__package__).joinpath("targets.toml").read_text("utf-8")
    return tuple(Target(**row) for row in tomllib.loads(text)["target"])


def judge(wishes: Iterable[Target], ledger: Ledger, records: int) -> list[Judged]:
    """Every target with its outcome, for a run with so many records."""
    return [Judged(wish, ledger.value(wish.measure), _outcome(wish, ledger, records)) for wish in wishes]


def _outcome(wish: Target, ledger: Ledger, records: int) -> Outcome:
    measured = ledger.value(wish.measure)
    if measured is None or records < wish.records:
        return "not judged"
    return "met" if COMPARISONS[wish.comparison](measured, wish.wanted) else "missed"
