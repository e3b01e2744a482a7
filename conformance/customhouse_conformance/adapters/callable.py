"""Python importers: `module:function`, called with one `Job`, in a process of its own.

The process comes from a *forkserver* that has the usual modules loaded, so it starts in some 10 ms and may be killed,
hang or crash without harm. The function's return value is the exit code (None is 0), an exception is 1.
"""

import importlib
import multiprocessing
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from customhouse_conformance.adapters.base import Job, Launch, Run
from customhouse_conformance.adapters.group import environment
from customhouse_conformance.adapters.keeper import keep
from customhouse_conformance.adapters.kept import KeptRun, ends
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
        try:
            return _start(call)
        except OSError as error:
            raise DidNotStartError(f"no process for '{self.target}': {error}", "is the machine full?") from None


def _start(call: "_Call") -> Run:
    here, there = ends()
    process = _CONTEXT.Process(target=_keep, args=(call, there), name=call.target)

    def part() -> None:
        with _LOCK:
            process.join()

    with there, _LOCK:
        try:
            process.start()
        except OSError:
            here.close()
            raise
    return KeptRun(here, part)


@dataclass(frozen=True, slots=True)
class _Call:
    target: str
    here: str | None
    job: Job
    env: Mapping[str, str]
    stdout: Path
    stderr: Path


def _keep(call: _Call, control: socket.socket) -> NoReturn:
    """In the new process: be the keeper of another one, and leave without clean-ups of the parent's."""
    keep(control.detach(), lambda ready: _serve(call, ready))
    os._exit(0)


def _serve(call: _Call, ready: int) -> NoReturn:
    """In the importer's process: redirect, import, call, leave without clean-ups of the parent's."""
    os.close(ready)
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
