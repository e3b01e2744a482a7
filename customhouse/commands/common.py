"""What the subcommands share: errors in words with the right exit code, and an orderly end on a signal."""

from __future__ import annotations

import functools
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec, cast

import click

from customhouse.cli import INTERRUPTED
from customhouse_conformance.controls import printable
from customhouse_conformance.errors import ConformanceError, users_trouble
from customhouse_conformance.globs import joined
from customhouse_fakes import PROVIDERS

if TYPE_CHECKING:
    from customhouse.commands.terminal import Terminal

P = ParamSpec("P")

HARNESS_FAULT = 4

#: As shells say it, too.
PIPE_CLOSED = 141

manifest_option = click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The manifest; without it customhouse.toml is looked for here and in the folders above.",
)
provider_option = click.option("--provider", type=click.Choice(PROVIDERS), help="Only this provider.")
only_option = click.option(
    "--only",
    metavar="GLOB",
    multiple=True,
    callback=lambda _context, _option, globs: joined(globs),
    help="Only requirements whose id matches, such as 'INTERCOM-RATE-*'; may be given several times.",
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Scenarios at once."
)


def speaking(run: Callable[P, int]) -> Callable[P, NoReturn]:
    """Make a subcommand out of a function that returns its exit code: errors become words, SIGTERM an interrupt."""

    @functools.wraps(run)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> NoReturn:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            code = run(*args, **kwargs)
            sys.stdout.flush()
        except ConformanceError as error:
            code = _say(error)
        except BrokenPipeError:
            code = _leave_the_pipe()
        except KeyboardInterrupt:
            click.echo("customhouse: interrupted; nothing was left running", err=True)
            code = INTERRUPTED
        except click.ClickException:
            raise
        except Exception as error:
            trouble = users_trouble(error) if isinstance(error, OSError) else None
            code = _say(trouble) if trouble else _own_up()
        sys.exit(code)

    return wrapped


def console() -> Terminal:
    """Standard output, for tables. Imported here: `serve` draws none."""
    module = importlib.import_module("customhouse.commands.terminal")
    return cast("Terminal", module.terminal())


def _say(error: ConformanceError) -> int:
    click.echo(f"customhouse: {printable(str(error))}", err=True)
    return error.exit_code


def _own_up() -> int:
    traceback.print_exc()
    click.echo("customhouse: this is a fault of customhouse itself, not of the importer", err=True)
    return HARNESS_FAULT


def _leave_the_pipe() -> int:
    """Whoever read our output has left, as `head` does: nothing more to say, and nothing to flush at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return PIPE_CLOSED


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
