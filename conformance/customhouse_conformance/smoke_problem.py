"""What the smoke test says."""

from dataclasses import dataclass
from enum import IntEnum


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
