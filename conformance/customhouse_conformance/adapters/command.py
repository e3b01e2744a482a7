"""Push importers: a command template in any language, without any code by its author.

The placeholders in it are filled in (see `placeholders`). The command is started without a shell, in a fresh work
folder, in a session of its own, so that all of it can be killed. Apps that are asked for pages are started in the same
way. A word that holds one of `EACH` is repeated for each business: `--source-of={each_business_uid}={each_source}`.
"""

import subprocess
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from customhouse_conformance.adapters.base import Job, Launch, Run
from customhouse_conformance.adapters.descendants import kill_descendants
from customhouse_conformance.adapters.group import bound_files, environment, kill_group
from customhouse_conformance.adapters.placeholders import EACH, expand, values_for
from customhouse_conformance.errors import DidNotStartError


def _fill(word: str, values: Mapping[str, str], job: Job) -> list[str]:
    repeated = any(f"{{{name}}}" in word for name in EACH)
    each = job.pull.each() if job.pull and repeated else [{}]
    return [expand(word, {**values, **one}) for one in each]


class CommandAdapter:
    """Starts a command."""

    def __init__(self, command: Iterable[str], here: Path | None = None) -> None:
        self.command = tuple(command)
        self.here = here or Path.cwd()

    def describe(self) -> str:
        """The template, placeholders unfilled."""
        return " ".join(self.command)

    def start(self, launch: Launch) -> Run:
        """Start it; `DidNotStartError` if there is no such program."""
        values = values_for(launch.job, self.here)
        command = [filled for word in self.command for filled in _fill(word, values, launch.job)]
        declared = {name: expand(value, values) for name, value in launch.env.items()}
        with launch.stdout.open("wb") as stdout, launch.stderr.open("wb") as stderr:
            try:
                process = subprocess.Popen(  # noqa: S603 - running the user's command is the point
                    command,
                    cwd=launch.job.workdir,
                    env=environment(launch.job, declared),
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                    start_new_session=True,
                )
            except OSError as error:
                raise DidNotStartError(f"'{command[0]}' cannot be started: {error.strerror}", _hint(error)) from None
        bound_files(process.pid)
        return CommandRun(process, launch.job.workdir)


class CommandRun:
    """A child process; a thread of its own waits for it, so that waiting costs no polling."""

    def __init__(self, process: "subprocess.Popen[bytes]", workdir: Path) -> None:
        self._process = process
        self._workdir = workdir
        self._ended = threading.Event()
        self._waiter = threading.Thread(target=self._await, name=f"importer-{process.pid}", daemon=True)
        self._waiter.start()

    def _await(self) -> None:
        self._process.wait()
        self._ended.set()

    @property
    def pid(self) -> int:
        """The command's process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode if self._ended.is_set() else None

    def wait(self, seconds: float) -> bool:
        """Wait for its end."""
        return self._ended.wait(seconds)

    def signal(self, number: int) -> None:
        """A signal to the process; nothing happens if it has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the group."""
        kill_group(self._process.pid)

    def close(self) -> None:
        """Kill what is left, daemons too, and join the waiter."""
        self.kill()
        kill_descendants(self._workdir)
        self._waiter.join()


def _hint(error: OSError) -> str:
    hints: dict[type[OSError], str] = {
        FileNotFoundError: "is it installed and on PATH? Files beside the manifest are written {here}/name",
        PermissionError: "is the file executable? Name its interpreter in the command",
    }
    return hints.get(type(error), "try the command by hand")
