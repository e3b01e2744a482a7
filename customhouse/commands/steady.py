"""`customhouse steady IMPORTER`."""

from collections.abc import Sequence
from pathlib import Path

import click

from customhouse.cli import INTERRUPTED
from customhouse.commands.common import manifest_option, only_option, provider_option, speaking
from customhouse_conformance.controls import printable
from customhouse_conformance.engine.outfolder import taken
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.selection import refuse_nothing, select
from customhouse_conformance.engine.suite import Options
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.steady.folder import begin, round_folder, write
from customhouse_conformance.steady.rounds import run_rounds
from customhouse_conformance.steady.tally import UNJUDGED, Difference, Tally

DIFFERENT = 1


@click.command()
@click.argument("importer")
@provider_option
@only_option
@click.option("--times", type=click.IntRange(2), default=50, show_default=True, help="Rounds.")
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Scenarios at once.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Write steady.json, and the records of what differed in round-N/records/.",
)
@manifest_option
@speaking
def steady(
    importer: str, provider: str | None, only: str | None, times: int, jobs: int, out: Path, manifest: Path | None
) -> int:
    """Check IMPORTER many times over, and hold each round's findings against the first's; steady.json is always whole.

    Exit code: 0 they are all the same, 1 they are not, 3 and 4 they are, but some could not be judged, 130 interrupted,
    others as of `customhouse check`.
    """
    specs = load_manifest(manifest).find(importer, provider)
    chosen = [(spec, select(spec, load_register(spec.provider), only)) for spec in specs]
    refuse_nothing([selection for _, selection in chosen], only)  # before earlier rounds are cleared away
    options = Options(providers=lambda: available(spec.provider for spec in specs), jobs=jobs, only=only)
    tally = Tally(importer, times)

    def say(tally: Tally, new: Sequence[Difference]) -> None:
        _tell(tally, new, out)
        write(out, tally)

    with taken(out, ours=()):
        begin(out, tally)
        try:
            run_rounds(chosen, options, out, tally, say)
        except KeyboardInterrupt:
            tally.interrupted = True
            write(out, tally)
    click.echo(_summary(tally))
    return INTERRUPTED if tally.interrupted else DIFFERENT if tally.differences else _judged(tally)


def _judged(tally: Tally) -> int:
    """What could not be judged is not steady, however often it is the same."""
    return max((UNJUDGED[one.finding.verdict] for one in tally.unjudged), default=0)


def _tell(tally: Tally, new: Sequence[Difference], out: Path) -> None:
    """One line a round, and one a difference."""
    same = f"{len(new)} findings differ: {round_folder(out, tally.rounds)}" if new else "as the first"
    counts = ", ".join(f"{number} {verdict}" for verdict, number in tally.verdicts.items() if number)
    said = counts if tally.rounds == 1 else same
    click.echo(f"round {tally.rounds} of {tally.wanted}, {tally.seconds[-1]:.0f} s: {said}")
    for one in tally.unjudged if tally.rounds == 1 else new:
        click.echo(f"  {printable(one.words())}")


def _summary(tally: Tally) -> str:
    rounds = f"{tally.rounds} of {tally.wanted} rounds, interrupted" if tally.interrupted else f"{tally.rounds} rounds"
    places = sorted({one.place for one in tally.differences})
    if not places:
        return f"{rounds}: no finding differed"
    named = ", ".join(f"{one.requirement} in '{one.scenario}'" for one in places)
    return f"{rounds}: {len(places)} findings differed: {named}"
