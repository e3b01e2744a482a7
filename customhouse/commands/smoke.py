"""`customhouse smoke IMPORTER`."""

from functools import partial
from pathlib import Path

import click

from customhouse.commands.common import manifest_option, provider_option, speaking
from customhouse_conformance.endings import end
from customhouse_conformance.engine.providers import available
from customhouse_conformance.manifest.file import load_manifest
from customhouse_conformance.record import Record
from customhouse_conformance.smoke import diagnose, exit_code, run_smoke


@click.command()
@click.argument("importer")
@provider_option
@manifest_option
@speaking
def smoke(importer: str, provider: str | None, manifest: Path | None) -> int:
    """Start IMPORTER on three rows and say in words what is wrong with how it is plugged in.

    Exit code: 0 all right, 1 it reached the fake but something is wrong, 2 usage or manifest error, 3 it never got
    there.
    """
    worst = 0
    for spec in load_manifest(manifest).find(importer, provider):
        record = run_smoke(spec, partial(available, [spec.provider]))
        problems = diagnose(record)
        worst = max(worst, exit_code(problems))
        click.echo(f"{importer} ({spec.provider}): {'not all right' if problems else 'all right'}, {_facts(record)}")
        for problem in problems:
            click.echo(f"  {problem.what}\n    {problem.mend}")
    return worst


def _facts(record: Record) -> str:
    process = record.last_process
    return f"{len(record.exchanges)} requests, {end(process)}, {process.duration_s:.2f} s"
