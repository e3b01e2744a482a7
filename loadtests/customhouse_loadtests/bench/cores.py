"""Where processes run: the server on one core, the client on another.

Left to the scheduler, a pair that happens to share a core is nearly twice as quick over one connection as a pair that
wakes each other across cores, and changes its mind in the middle of a run.
"""

from __future__ import annotations

import os
from typing import Literal

Role = Literal["server", "client"]


def seat(pid: int, role: Role) -> None:
    """Keep a process (0: this one) on its role's core; with a single core both have the same."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {cores[0] if role == "server" else cores[-1]})
