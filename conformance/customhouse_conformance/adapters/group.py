"""Process groups and environments, the same for every adapter."""

import os
import signal
from collections.abc import Mapping

from customhouse_conformance.adapters.base import Job


def kill_group(leader: int) -> None:
    """SIGKILL to a group; nothing happens if all of it has ended."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # PermissionError is macOS' answer for a group of zombies.
        return


def environment(job: Job, declared: Mapping[str, str]) -> dict[str, str]:
    """A small, equal environment for every run: nothing of the user's own shell but PATH.

    HOME and TMPDIR are the work folder, so that whatever is written there is seen, scanned and thrown away.
    """
    work = str(job.workdir)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": work,
        "TMPDIR": work,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        **declared,
    }
