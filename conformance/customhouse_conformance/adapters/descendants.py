"""Finds what an importer left running outside of its process group, and ends it.

A child that founds a session of its own (`setsid`, as daemons do) gets away from a kill of the group. Whatever descends
from an importer still has the work folder in its environment (HOME, TMPDIR) or stands in it, and nothing else has.
Linux only: elsewhere the group is all that is known.
"""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

PROC = Path("/proc")
#: Somebody may be in the middle of making further ones: look again until there are none.
PASSES = 10
DEATH_S = 5.0


def kill_descendants(workdir: Path) -> None:
    """SIGKILL to every process that belongs to a work folder; returns when they have ended."""
    for _ in range(PASSES):
        with ExitStack() as stack:
            handles = [handle for pid in _pids() if (handle := _kill(pid, workdir, stack)) is not None]
            if not handles:
                return
            for handle in handles:
                select.select([handle], [], [], DEATH_S)


def _pids() -> Iterator[int]:
    with suppress(OSError):
        yield from (int(name) for name in os.listdir(PROC) if name.isdigit())


def _kill(pid: int, workdir: Path, stack: ExitStack) -> int | None:
    """A handle of the process; looked at once more behind it, as its number may be somebody else's by then."""
    if pid == os.getpid() or not _belongs(pid, str(workdir)):
        return None
    try:
        handle = os.pidfd_open(pid)
        stack.callback(os.close, handle)
        if not _belongs(pid, str(workdir)):
            return None
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        return None
    return handle


def _belongs(pid: int, workdir: str) -> bool:
    """False for those that have ended and for other users'."""
    with suppress(OSError):
        if _is_in(os.readlink(f"/proc/{pid}/cwd"), workdir):
            return True
        environ = (PROC / str(pid) / "environ").read_bytes()
        return any(_is_in(entry.partition("=")[2], workdir) for entry in os.fsdecode(environ).split("\0"))
    return False


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
