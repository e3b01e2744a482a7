"""Python importers: `module:function`, called with one `Job`, in a process of its own.

The process comes from a *forkserver* that has the usual modules loaded, so it starts in some 10 ms and may be killed,
hang or crash without harm. The function's return value is the exit code (None is 0), an exception is 1.
"""

import importlib
import multiprocessing
import multiprocessing.connection
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import NoReturn

from customhouse_conformance.adapters.base import Job, Launch, Run
from customhouse_conformance.adapters.descendants import kill_descendants
from customhouse_conformance.adapters.group import bound_files, environment, kill_group
from customhouse_conformance.adapters.placeholders import expand, values_for
from customhouse_conformance.errors import DidNotStartError

_CONTEXT = multiprocessing.get_context("forkserver")

# multiprocessing polls all children whenever one is started; two threads in there at once lose an exit code.
_LOCK = threading.Lock()


def preload(*modules: str) -> None:
    """Modules that the forkserver imports once; takes effect before the first start only.

    Every child runs the script that started us again, and before 3.13 Python forgets to preload that; click is what our
    command line costs.
    """
    _CONTEXT.set_forkserver_preload(["__main__", __name__, "click", *modules])


class CallableAdapter:
    """Starts a Python function."""

    def __init__(self, target: str, here: Path | None = None) -> None:
        self.target = target
        self.here = here

    def describe(self) -> str:
        """The function's name."""
        return self.target

    def start(self, launch: Launch) -> Run:
        """Start it; `DidNotStartError` if no process can be made."""
        values = values_for(launch.job, self.here or Path.cwd())
        declared = {name: expand(value, values) for name, value in launch.env.items()}
        call = _Call(
            target=self.target,
            here=str(self.here) if self.here else None,
            job=launch.job,
            env=environment(launch.job, declared),
            stdout=launch.stdout,
            stderr=launch.stderr,
        )
        process = _CONTEXT.Process(target=_serve, args=(call,), name=self.target)
        with _LOCK:
            try:
                process.start()
            except OSError as error:
                raise DidNotStartError(f"no process for '{self.target}': {error}", "is the machine full?") from None
        return CallableRun(process, launch.job.workdir)


class CallableRun:
    """A process of the forkserver."""

    def __init__(self, process: ForkServerProcess, workdir: Path) -> None:
        self._process = process
        self._workdir = workdir
        self._pid = process.pid or 0
        self._exit_code: int | None = None

    @property
    def pid(self) -> int:
        """The function's process."""
        return self._pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        if self._exit_code is None:
            with _LOCK:
                self._exit_code = self._process.exitcode
        return self._exit_code

    def wait(self, seconds: float) -> bool:
        """Wait for its end."""
        return bool(multiprocessing.connection.wait([self._process.sentinel], seconds))

    def signal(self, number: int) -> None:
        """A signal to the process; nothing happens if it has ended."""
        if not self.wait(0):
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def kill(self) -> None:
        """SIGKILL to the group, or to the process if it had no time yet to found one."""
        kill_group(self._pid)
        if not self.wait(0):
            self._process.kill()

    def close(self) -> None:
        """Kill what is left, daemons too, and read the exit code."""
        self.kill()
        kill_descendants(self._workdir)
        self.wait(5)
        if self.exit_code is None:
            raise DidNotStartError(f"process {self._pid} does not end", "see what it waits for; SIGKILL was sent")


@dataclass(frozen=True, slots=True)
class _Call:
    target: str
    here: str | None
    job: Job
    env: Mapping[str, str]
    stdout: Path
    stderr: Path


def _serve(call: _Call) -> NoReturn:
    """In the new process: found a group, redirect, import, call, leave without clean-ups of the parent's."""
    os.setsid()
    bound_files(0)
    _redirect(call.stdout, 1)
    _redirect(call.stderr, 2)
    os.chdir(call.job.workdir)
    os.environ.clear()
    os.environ.update(call.env)
    time.tzset()  # the forkserver's time zone is known already
    code = _call(call)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _redirect(path: Path, descriptor: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, descriptor)
    os.close(file)


def _call(call: _Call) -> int:
    try:
        function = _find(call)
    except Exception:
        traceback.print_exc()
        return 127
    try:
        result = function(call.job)
    except SystemExit as leaving:
        return _code(leaving.code)
    except BaseException:
        traceback.print_exc()
        return 1
    return _code(result)


def _find(call: _Call) -> Callable[[Job], object]:
    if call.here and call.here not in sys.path:
        sys.path.insert(0, call.here)
    module, _, name = call.target.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{call.target} is not callable")
    return found


def _code(result: object) -> int:
    if result is None:
        return 0
    if isinstance(result, int):
        return result & 0xFF
    print(result, file=sys.stderr)  # noqa: T201 - what sys.exit("words") does
    return 1
