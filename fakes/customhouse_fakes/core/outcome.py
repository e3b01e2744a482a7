"""What becomes of a call to the outside, without the client that makes it (`outside`).

That client is imported when the first call is made: many fakes never make one, and it takes a tenth of the memory of an
idle process and of the time to start.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

from .answers import Answer
from .request import Request
from .targets import Targets

if TYPE_CHECKING:
    from .outside import Caller

Failure = Literal["timeout", "unreachable", "broken", "too-large", "target"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. Without an `answer`, `failure` says what kind of failure and `why` says it in words."""

    request: Request
    took_ms: float
    answer: Answer | None = None
    failure: Failure | None = None
    why: str | None = None


def new_caller(targets: Targets) -> Caller:
    """A conversation with the outside; close it."""
    return cast("Caller", import_module("customhouse_fakes.core.outside").Caller(targets))
