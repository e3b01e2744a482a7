"""Push importers: a command template in any language, without any code by its author.

The placeholders in it are filled in (see `placeholders`). The command is started without a shell, in a fresh work
folder, in a session of its own, so that all of it can be killed. Apps that are asked for pages are started in the same
way. A word that holds one of `EACH` is repeated for each business: `--source-of={each_business_uid}={each_source}`.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from customhouse_conformance.adapters import keeper
from customhouse_conformance.adapters.base import Job, Launch, Run
from customhouse_conformance.adapters.group import environment
from customhouse_conformance.adapters.kept import KeptRun, ends
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
                return _start(command, environment(launch.job, declared), launch.job.workdir, stdout, stderr)
            except OSError as error:
                raise DidNotStartError(f"'{command[0]}' cannot be started: {error.strerror}", _hint(error)) from None


def _start(command: list[str], env: Mapping[str, str], folder: Path, stdout: BinaryIO, stderr: BinaryIO) -> Run:
    here, there = ends()
    with there:
        try:
            process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-I", "-S", keeper.__file__],
                cwd=folder,
                stdin=there.fileno(),
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError:
            here.close()
            raise
    with suppress(OSError):  # if it has ended, it will not say that the command was started either
        here.sendall(keeper.order(command, env))
    return KeptRun(here, process.wait)


def _hint(error: OSError) -> str:
    hints: dict[type[OSError], str] = {
        FileNotFoundError: "is it installed and on PATH? Files beside the manifest are written {here}/name",
        PermissionError: "is the file executable? Name its interpreter in the command",
    }
    return hints.get(type(error), "try the command by hand")
