"""`python -m customhouse_loadtests.endurance`: what `make soak` runs."""

import os
import signal
import sys
from pathlib import Path

import click
import orjson

from customhouse_loadtests.errors import LoadError

from .run import STORM, endure
from .tally import Tally

WRONG = 1
NOT_MEASURED = 3
INTERRUPTED = 130


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0), default=3600.0, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--connects", type=click.IntRange(1), default=STORM, show_default=True, help="In a row, now and then.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="For soak.json.")
def main(seconds: float, processes: int, connects: int, out: Path) -> None:
    """Run the fakes under ordinary and hostile clients; soak.json is whole at any time.

    Exit code: 0 all was well, 1 something was not, 3 could not run, 130 interrupted.
    """
    out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = Tally()
    try:
        endure(seconds, processes, connects, tally, lambda seen: _tell(seen, out / "soak.json"))
    except KeyboardInterrupt:
        tally.interrupted = True
    except (LoadError, OSError) as error:
        click.echo(f"customhouse: the run broke off: {error}", err=True)
        sys.exit(NOT_MEASURED)
    finally:
        _write(tally, out / "soak.json")
    for fault in tally.faults():
        click.echo(fault, err=True)
    sys.exit(INTERRUPTED if tally.interrupted else WRONG if tally.faults() else 0)


def _tell(tally: Tally, path: Path) -> None:
    """One line a round, and the file."""
    what = f"{tally.sent} calls, {tally.connects} connects, {tally.memory_mb[-1]:.0f} MB"
    click.echo(f"{tally.seconds:.0f} s: round {tally.rounds}, {what}")
    _write(tally, path)


def _write(tally: Tally, path: Path) -> None:
    """A reader sees the last whole state or this one, nothing in between."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(orjson.dumps(tally.document(), option=orjson.OPT_INDENT_2) + b"\n")
    os.replace(partial, path)


if __name__ == "__main__":
    main()
