"""CPU and memory of a process and of all that descend from it, read from /proc. Elsewhere than on Linux: nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
#: Of /proc/PID/stat, counted behind the name: utime, stime, cutime, cstime, and the resident pages.
TIMES, RESIDENT = slice(11, 15), 21


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu_s` so far, with that of children which have ended; `mb` resident now (10^6 bytes)."""

    cpu_s: float
    mb: float


def usage_of(pid: int) -> Usage | None:
    """Of a process and its descendants; None when it has ended, or cannot be known."""
    found = [one for member in family(pid) if (one := _one(member)) is not None]
    if not found:
        return None
    return Usage(sum(one.cpu_s for one in found), sum(one.mb for one in found))


def machine_cpu_s() -> float | None:
    """Seconds that all cores together were busy since the machine was started; None where that is not told."""
    try:
        first = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _idle, _iowait, *others = map(int, first[1:9])
    return (user + nice + system + sum(others)) / TICKS


class Meter:
    """The highest of what was seen of one importer: it is sampled, so the last tenth of a second may be missing."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.cpu_s = 0.0
        self.peak_mb = 0.0

    def look(self) -> None:
        usage = usage_of(self._pid)
        if usage is not None:
            self.cpu_s = max(self.cpu_s, usage.cpu_s)
            self.peak_mb = max(self.peak_mb, usage.mb)


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        try:
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text("ascii").split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def _one(pid: int) -> Usage | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return Usage(sum(map(int, fields[TIMES])) / TICKS, int(fields[RESIDENT]) * PAGE / MEGABYTE)
