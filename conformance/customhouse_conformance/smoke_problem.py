"""What the smoke test says."""

from dataclasses import dataclass
from enum import IntEnum

from customhouse_conformance.endings import last_lines
from customhouse_conformance.facts import Process

#: So much of what it said is shown of an importer that failed.
LAST_LINES = 8


class Severity(IntEnum):
    """The exit code that a problem means."""

    IMPORTER = 1
    UNREACHED = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the adapter, and what to do."""

    severity: Severity
    what: str
    mend: str


def tail(process: Process, least: int = 2) -> str:
    """The last lines that it said, below a problem that names one already; nothing if there were less."""
    lines = last_lines(process, LAST_LINES)
    return "\n    its last lines:" + "".join(f"\n      {line}" for line in lines) if len(lines) >= least else ""
