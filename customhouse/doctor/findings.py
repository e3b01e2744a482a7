"""What a check found."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """OK, a note (nothing fails for it today), or a problem."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    what: str
    status: Status
    says: str
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        """A row of `--format json`."""
        return asdict(self)


def ok(what: str, says: str) -> Finding:
    """As it should be."""
    return Finding(what, Status.OK, says)


def note(what: str, says: str, mend: str = "") -> Finding:
    """Good to know."""
    return Finding(what, Status.NOTE, says, mend)


def problem(what: str, says: str, mend: str) -> Finding:
    """It stands in the way."""
    return Finding(what, Status.PROBLEM, says, mend)


def in_the_way(findings: Iterable[Finding]) -> int:
    """How many problems there are."""
    return sum(finding.status is Status.PROBLEM for finding in findings)
