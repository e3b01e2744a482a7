"""Stands between the harness and one importer, and leaves nothing of it behind.

On Linux whatever loses its parent below a keeper becomes the keeper's own child, however it tries to get away: with a
session of its own, in another folder, with an empty environment. A keeper has one importer, so what is left below it is
that importer's and nobody else's. When the harness lets go of it, by being killed too, the keeper ends what is left.
Elsewhere the importer's process group is all that is known.

For commands it is run as a file, once for each start, and so imports little.
"""

from __future__ import annotations

import errno
import marshal
import os
import resource
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import NoReturn

#: One file of the importer's cannot grow beyond this, output included: a flood must not fill the disk.
FILE_BYTES = 64 * 1024 * 1024
#: How long it takes at most to be rid of what is left, and how long a look waits for something to end.
DEATH_S, LOOK_S = 5.0, 0.05
#: `PR_SET_CHILD_SUBREAPER` of linux/prctl.h.
CHILD_SUBREAPER = 36
#: What a keeper outlives when its importer sends it.
OUTLIVED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
#: Ignored by Python, or by a shell that has started us in the background, and so by whatever is started here, unless
#: they are as usual again.
USUAL = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def keep(control: int, begin: Callable[[int], NoReturn]) -> None:
    """Start an importer, and end all that is left of it when the other end of `control` is closed.

    `begin` is called in the importer's process with a descriptor: it closes that when all went well, as an `exec` does.
    What is told on `control`, a line each: `started PID` or `failed ERRNO`, and then `ended CODE`.
    """
    _adopt_orphans()
    reading, writing = os.pipe()
    importer = os.fork()
    if importer == 0:
        os.close(control)
        os.close(reading)
        _become(begin, writing)
    os.close(writing)
    waking = _wake_at_deaths()
    trouble = os.read(reading, 16)
    os.close(reading)
    _tell(control, f"failed {trouble.decode()}" if trouble else f"started {importer}")
    over = False
    while not over:
        _reap(control, importer)
        over = control in _ready([control, waking], None)
    _end_all(control, importer, waking)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - elsewhere there is nothing to call

        ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)


def _become(begin: Callable[[int], NoReturn], ready: int) -> NoReturn:
    """In the importer's process: a session of its own, so that all of it can be killed at once."""
    try:
        os.setsid()
        _bound_files()
        begin(ready)
    except OSError as error:
        os.write(ready, str(error.errno).encode())
    except ValueError:  # no word, or one that no program can be given
        os.write(ready, str(errno.EINVAL).encode())
    finally:
        os._exit(127)


def _bound_files() -> None:
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    bound = FILE_BYTES if most == resource.RLIM_INFINITY else min(FILE_BYTES, most)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))


def _wake_at_deaths() -> int:
    """A descriptor that can be read when a child has ended."""
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *OUTLIVED):
        signal.signal(number, lambda *_: None)
    return waking


def _ready(descriptors: list[int], seconds: float | None) -> list[int]:
    """Those that can be read, within that time; the bytes that woke us are read."""
    waking = descriptors[-1]
    ready, _, _ = select.select(descriptors, [], [], seconds)
    if waking in ready:
        os.read(waking, 4096)
    return ready


def _reap(control: int, importer: int) -> bool:
    """Take note of whatever has ended; False when there is no child left."""
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == importer:
                _tell(control, f"ended {os.waitstatus_to_exitcode(status)}")
            if pid == 0:
                return True
    except ChildProcessError:
        return False


def _end_all(control: int, importer: int, waking: int) -> None:
    """SIGKILL to what is left, until nothing is: when a child has ended, its children are ours, and next."""
    if sys.platform != "linux":
        _kill(importer, os.killpg)
    deadline = time.monotonic() + DEATH_S
    while _reap(control, importer) and time.monotonic() < deadline:
        for pid, group in _children():
            _kill(group, os.killpg)
            _kill(pid, os.kill)
        _ready([waking], LOOK_S)


def _children() -> Iterator[tuple[int, int]]:
    """The pid and the group of each child. Nobody else gets their numbers before they are reaped, and we reap them."""
    if sys.platform != "linux":
        return
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                _, parent, group, *_ = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(parent) == os.getpid():
            yield int(name), int(group)


def _kill(number: int, kill: Callable[[int, int], None]) -> None:
    """Nothing happens if it has ended; it stays if it is another user's."""
    try:
        kill(number, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _tell(control: int, line: str) -> None:
    try:
        os.write(control, f"{line}\n".encode())
    except OSError:  # nobody listens any more
        return


def _exec(command: list[bytes], env: dict[bytes, bytes]) -> Callable[[int], NoReturn]:
    def begin(_ready: int) -> NoReturn:
        for number in USUAL:
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(command[0], command, env)  # noqa: S606 - running the user's command is the point

    return begin


def order(command: list[str], env: Mapping[str, str]) -> bytes:
    """What a keeper that is run as a file wants to be sent first."""
    encode = os.fsencode
    return marshal.dumps(([encode(word) for word in command], {encode(k): encode(v) for k, v in env.items()}))


def main() -> None:
    """Keep a command. Standard input is the socket, on which an `order` comes first."""
    command, env = marshal.load(sys.stdin.buffer)  # noqa: S302 - from the process that started us
    control = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    keep(control, _exec(command, env))


if __name__ == "__main__":
    main()
