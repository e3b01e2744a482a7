"""What the checks ask the machine. Each question can be answered by a test instead."""

import os
import platform
import resource
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from customhouse_fakes.core.clock import Clock, monotonic
from customhouse_fakes.core.errors import ServingError
from customhouse_fakes.core.listening import bind

LOOPBACK = "127.0.0.1"
PROC = Path("/proc")
CGROUP = Path("/sys/fs/cgroup")
LISTENING = "0A"
PATIENCE_S = 2.0
MOMENT_S = 0.05


def installed(distribution: str) -> str | None:
    """Its version, None if it is not there."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def taken(port: int) -> bool:
    """Whether `customhouse serve` could not listen there."""
    try:
        bind(LOOPBACK, port, "the doctor").close()
    except ServingError:
        return True
    return False


def listener(port: int) -> str | None:
    """Who listens there, as far as the system tells this user; Linux only. The program's name, for what follows it in
    somebody's command may be secrets."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if any(os.readlink(file) in sockets for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text("utf-8", "replace").strip()
                return f"process {process.name}: {name}"
    return None


def _listening(port: int) -> Iterator[str]:
    """Inodes of sockets that listen on a port, out of the kernel's table."""
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / name).read_text().splitlines()[1:]:
                cells = line.split()
                if cells[3] == LISTENING and int(cells[1].rpartition(":")[2], 16) == port:
                    yield cells[9]


def loopback() -> str | None:
    """Send a byte to ourselves; why that failed, or None."""
    try:
        with socket.create_server((LOOPBACK, 0)) as server:
            server.settimeout(PATIENCE_S)
            with socket.create_connection(server.getsockname(), PATIENCE_S) as out, server.accept()[0] as back:
                out.sendall(b"?")
                back.settimeout(PATIENCE_S)
                return None if back.recv(1) == b"?" else "what was sent did not arrive"
    except OSError as error:
        return str(error)


def free_memory() -> int | None:
    """Bytes that a new process can have, by the kernel and by the container's limit; None where nobody says so."""
    try:
        rows = dict(line.split(":") for line in (PROC / "meminfo").read_text().splitlines())
        free = int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
    with suppress(OSError, ValueError):  # no container, or no limit ("max")
        free = min(free, _container_memory())
    return free


def _container_memory() -> int:
    """What the container's limit leaves (cgroup v2); pages of files that nobody reads make room when it is wanted."""
    limit, current = (int((CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
    rows = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    return max(0, limit - current + int(rows.get("inactive_file", 0)))


def temp_folder() -> tuple[str, int]:
    """Where work folders go, and how many bytes are free there; `OSError` if nothing can be written."""
    with tempfile.TemporaryFile() as file:
        file.write(b"?")
    folder = tempfile.gettempdir()
    return folder, shutil.disk_usage(folder).free


def clocks() -> tuple[float, float]:
    """The time now, and by how many seconds the clock on the wall left the other one in a moment."""
    clock = Clock()
    wall, steady = clock.now(), monotonic()
    threading.Event().wait(MOMENT_S)
    return clock.now(), abs((clock.now() - wall) - (monotonic() - steady))


@dataclass(frozen=True)
class Probes:
    """All questions, with the real answers."""

    python: Callable[[], str] = platform.python_version
    system: Callable[[], str] = platform.platform
    requirements: Callable[[], list[str]] = lambda: metadata.requires("customhouse") or []
    installed: Callable[[str], str | None] = installed
    which: Callable[[str, str | None], str | None] = lambda name, path: shutil.which(name, path=path)
    taken: Callable[[int], bool] = taken
    listener: Callable[[int], str | None] = listener
    loopback: Callable[[], str | None] = loopback
    free_memory: Callable[[], int | None] = free_memory
    temp_folder: Callable[[], tuple[str, int]] = temp_folder
    open_files: Callable[[], tuple[int, int]] = lambda: resource.getrlimit(resource.RLIMIT_NOFILE)
    clocks: Callable[[], tuple[float, float]] = clocks
