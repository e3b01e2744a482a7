"""Exit codes: the one thing about a run that a script can read."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What each exit code promises."""

    COMPLETE = 0
    """Every row of the source is in, and the vendor still had them all when the run ended."""
    INCOMPLETE = 1
    """The run went through, but some rows were rejected, stored differently, or are no longer there."""
    UNUSABLE = 2
    """Usage, mapping or source error; nothing was written."""
    REFUSED = 3
    """The run was stopped: credentials refused, an attribute could not be defined, the vendor is down."""
    INTERRUPTED = 130
    """Ctrl-C. The checkpoint is kept; start again to go on."""
