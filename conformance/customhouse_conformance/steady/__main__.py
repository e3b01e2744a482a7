"""`python -m customhouse_conformance.steady`: what `make steady` runs."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from customhouse_conformance.engine.outfolder import taken
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.selection import joined
from customhouse_conformance.engine.suite import Options
from customhouse_conformance.errors import ConformanceError
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.report.collecting import write_whole
from customhouse_conformance.steady.rounds import round_folder, run_rounds
from customhouse_conformance.steady.tally import Difference, Tally

DIFFERENT = 1
INTERRUPTED = 130


@click.command()
@click.argument("importer")
@click.option("--provider", type=click.Choice(["intandem", "intercom", "rally"]), help="Only this provider.")
@click.option(
    "--only", metavar="GLOB", multiple=True, help="Only requirements whose id matches; may be given several times."
)
@click.option("--times", type=click.IntRange(2), default=50, show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Scenarios at once.")
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="For steady.json and records."
)
def main(
    importer: str, provider: str | None, only: tuple[str, ...], times: int, jobs: int, manifest: Path | None, out: Path
) -> None:
    """Check IMPORTER many times over, and hold each round's findings against the first's; steady.json is always whole.

    Exit code: 0 they are all the same, 1 they are not, 130 interrupted, others as of `customhouse check`.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = Tally(importer, times)

    def say(tally: Tally, new: Sequence[Difference]) -> None:
        _tell(tally, new, out)

    try:
        specs = load_manifest(manifest).find(importer, provider)
        options = Options(providers=lambda: available(spec.provider for spec in specs), jobs=jobs, only=joined(only))
        with taken(out, ours=()):
            run_rounds(specs, options, out, tally, say)
    except KeyboardInterrupt:
        tally.interrupted = True
        _write(tally, out)
    except ConformanceError as error:
        click.echo(f"customhouse: {error}", err=True)
        sys.exit(error.exit_code)
    click.echo(_summary(tally))
    sys.exit(INTERRUPTED if tally.interrupted else DIFFERENT if tally.differences else 0)


def _tell(tally: Tally, new: Sequence[Difference], out: Path) -> None:
    """One line a round, one a difference, and the file."""
    same = f"{len(new)} findings differ: {round_folder(out, tally.rounds)}" if new else "as the first"
    counts = ", ".join(f"{number} {verdict}" for verdict, number in tally.verdicts.items() if number)
    said = counts if tally.rounds == 1 else same
    click.echo(f"round {tally.rounds} of {tally.wanted}, {tally.seconds[-1]:.0f} s: {said}")
    for one in new:
        click.echo(f"  {one.words()}")
    _write(tally, out)


def _summary(tally: Tally) -> str:
    rounds = f"{tally.rounds} of {tally.wanted} rounds, interrupted" if tally.interrupted else f"{tally.rounds} rounds"
    places = sorted({one.place for one in tally.differences})
    if not places:
        return f"{rounds}: no finding differed"
    named = ", ".join(f"{one.requirement} in '{one.scenario}'" for one in places)
    return f"{rounds}: {len(places)} findings differed: {named}"


def _write(tally: Tally, out: Path) -> None:
    write_whole(out / "steady.json", (json.dumps(tally.document(), indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
