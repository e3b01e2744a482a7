"""Process groups and limits, the same for every adapter."""

import os
import resource
import signal
from collections.abc import Mapping

from customhouse_conformance.adapters.base import Job

#: One file of the importer's cannot grow beyond this, output included: a flood must not fill the disk.
FILE_BYTES = 64 * 1024 * 1024


def kill_group(leader: int) -> None:
    """SIGKILL to a group; nothing happens if all of it has ended."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # PermissionError is macOS' answer for a group of zombies.
        return


def bound_files(pid: int) -> None:
    """Limit the size of files that a process (and its later children) can write."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        except ProcessLookupError:
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
