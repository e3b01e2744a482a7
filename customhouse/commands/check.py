"""`customhouse check IMPORTER...`."""

from contextlib import nullcontext
from pathlib import Path
from urllib.parse import quote

import click

from customhouse.commands.common import console, jobs_option, manifest_option, only_option, provider_option, speaking
from customhouse.commands.gaps import write_gaps as write_document
from customhouse.commands.progress import moving, searching
from customhouse.commands.reports import files, kill_matrix_option
from customhouse.commands.watching import check_again
from customhouse_conformance.engine.outfolder import taken
from customhouse_conformance.engine.providers import available
from customhouse_conformance.engine.selection import refuse_nothing, select
from customhouse_conformance.engine.shrinking import USUAL_S, Failures
from customhouse_conformance.engine.shrinking import shrink as shrink_all
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.errors import UsageError
from customhouse_conformance.events import View
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report import TerminalReport


@click.command()
@click.argument("importers", metavar="IMPORTER...", nargs=-1, required=True)
@provider_option
@only_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write results.json, junit.xml, report.html, records/.",
)
@jobs_option
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Other people, other ids.")
@click.option(
    "--write-gaps",
    is_flag=True,
    help="Write today's failures as known gaps, ready for the manifest: to DIR/gaps.toml, or at the end of the output.",
)
@click.option("--watch", is_flag=True, help="Run again whenever a file in the folder of the manifest changes.")
@click.option("--shrink", is_flag=True, help="Then look for the smallest source that still fails, for each failure.")
@click.option(
    "--shrink-seconds",
    type=click.FloatRange(min=0, min_open=True),
    help=f"Time for --shrink, for all failures together.  [default: {USUAL_S:g}]",
)
@manifest_option
@kill_matrix_option
@speaking
def check(
    importers: tuple[str, ...],
    provider: str | None,
    only: str | None,
    out: Path | None,
    jobs: int,
    seed: int,
    write_gaps: bool,
    watch: bool,
    shrink: bool,
    shrink_seconds: float | None,
    manifest: Path | None,
    kill_matrix: Path | None,
) -> int:
    """Run the suite on IMPORTER, a name in customhouse.toml (or `reference`); on several, to hold them side by side.

    Exit code: 0 conformant (or only known gaps), 1 not conformant, 2 usage or manifest error, 3 could not be judged,
    4 harness fault; with --watch 130, when Ctrl-C ends it.
    """
    if shrink_seconds is not None and not shrink:
        raise UsageError("--shrink-seconds is the time for --shrink, which is not given", "give --shrink too")
    if watch:
        return check_again(check, manifest, out)
    book, names = load_manifest(manifest), tuple(dict.fromkeys(importers))
    specs = [spec for name in names for spec in book.find(name, provider)]
    tasks = [_task(spec, only, out, spec.name if len(names) > 1 else "") for spec in specs]
    options = Options(
        providers=lambda: available(spec.provider for spec in specs),
        jobs=jobs,
        seed=seed,
        only=only,
        manifest=str(manifest) if manifest else None,
    )
    refuse_nothing([task.selection for task in tasks], only)  # before the results of an earlier run are cleared away
    screen = console()
    views: list[View] = [TerminalReport(screen, lines=not screen.moves), *files(out, kill_matrix)]
    failures = Failures()
    with taken(out) if out else nullcontext():
        with moving(screen, [task.selection for task in tasks]) as live:
            outcome = run_suite(tasks, options, [*live, *views, failures])
        try:
            if shrink:
                with searching(screen) as live:
                    shrink_all(tasks, options, failures, [*live, *views], shrink_seconds or USUAL_S)
        finally:
            if write_gaps:
                write_document(tasks, outcome, book, out)
        return outcome.exit_code


def _task(spec: ImporterSpec, only: str | None, out: Path | None, importer: str) -> Task:
    return Task(spec, select(spec, load_register(spec.provider), only), _records(out, importer), out)


def _records(out: Path | None, importer: str) -> Path | None:
    """`records/PROVIDER/…`, and `records/IMPORTER/PROVIDER/…` when there are several importers."""
    # A name is anybody's text; '..' must stay a name.
    return out / "records" / quote(importer, safe="").replace(".", "%2E") if out else None
