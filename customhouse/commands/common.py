"""What the subcommands share: errors in words with the right exit code, and an orderly end on a signal."""

import functools
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, ParamSpec

import click
from rich.console import Console

from customhouse_conformance.errors import ConformanceError

P = ParamSpec("P")

HARNESS_FAULT = 4

#: As shells say it; none of the codes of a judgement, because there is none.
INTERRUPTED = 130

manifest_option = click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The manifest; without it customhouse.toml is looked for here and in the folders above.",
)
provider_option = click.option(
    "--provider", type=click.Choice(["intandem", "intercom", "rally"]), help="Only this provider."
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
        except ConformanceError as error:
            click.echo(f"customhouse: {error}", err=True)
            code = error.exit_code
        except KeyboardInterrupt:
            click.echo("customhouse: interrupted; nothing was left running", err=True)
            code = INTERRUPTED
        except click.ClickException:
            raise
        except Exception:
            traceback.print_exc()
            click.echo("customhouse: this is a fault of customhouse itself, not of the importer", err=True)
            code = HARNESS_FAULT
        sys.exit(code)

    return wrapped


def console() -> Console:
    """Standard output, wide enough for a table when it is no terminal."""
    plain = not sys.stdout.isatty()
    return Console(width=160 if plain else None, highlight=False)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
