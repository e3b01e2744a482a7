"""`check --write-gaps`: where the gap document goes."""

from collections.abc import Sequence
from pathlib import Path

import click

from customhouse_conformance.engine.suite import Outcome, Task
from customhouse_conformance.gap_document import Gaps, document, renew, unknown
from customhouse_conformance.manifest.file import Manifest
from customhouse_conformance.report.collecting import write_whole


def write_gaps(tasks: Sequence[Task], outcome: Outcome, book: Manifest, out: Path | None) -> None:
    """Today's failures, ready for the manifest: in `DIR/gaps.toml`, or as the last thing that is said."""
    text = document([_gaps(task, outcome, book) for task in tasks])
    if out is None:
        click.echo(f"\n{text}", nl=False)
        return
    write_whole(out / "gaps.toml", text.encode())
    click.echo(f"gaps for the manifest: {out / 'gaps.toml'}")


def _gaps(task: Task, outcome: Outcome, book: Manifest) -> Gaps:
    spec = task.spec
    results = [one for one in outcome.results if (one.importer, one.provider) == (spec.name, spec.provider)]
    ids = [row.id for row in task.selection.register.requirements]
    gaps = renew(spec.gaps, ids, results)
    return Gaps(spec.name, spec.provider, gaps, unknown(results), alone=len(book.importers[spec.name]) == 1)
