"""How much an importer may write, output included: it must not fill the disk of whoever checks it.

One file has a bound of its own, which the system keeps (`adapters.group`); this is for all of them together, and for
a child that was there before the system knew of the bound.
"""

import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from customhouse_conformance.engine.secrets import SCAN_BYTES
from customhouse_conformance.engine.workfolder import walk
from customhouse_fakes.core.clock import monotonic

#: As much as is looked through for the token afterwards.
MOST_BYTES = SCAN_BYTES
MOST_FILES = 50_000

#: Seconds between two looks, and how many times longer than a look the pause is at least.
LOOK_S, REST = 0.25, 10


class Room:
    """The room of some folders together. Files with holes count as what they take up on the disk.

    It is over, too, when folders are nested deeper than anything is looked at.
    """

    def __init__(self, *folders: Path, clock: Callable[[], float] = monotonic) -> None:
        self._folders, self._clock = folders, clock
        self._due = clock() + LOOK_S

    def is_over(self) -> bool:
        """Whether more was written than may be; asked more often than it looks, it says no."""
        began = self._clock()
        if began < self._due:
            return False
        over = self._measure()
        now = self._clock()
        self._due = now + max(LOOK_S, REST * (now - began))
        return over

    def _measure(self) -> bool:
        left, files = MOST_BYTES, MOST_FILES
        for found in chain.from_iterable(map(walk, self._folders)):
            left, files = left - _size(found.entry), files - 1
            if left < 0 or files < 0 or found.closed:
                return True
        return False


def _size(entry: os.DirEntry[str]) -> int:
    """What it takes up; what goes away meanwhile takes up nothing."""
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
