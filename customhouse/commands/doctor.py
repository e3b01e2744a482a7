"""`customhouse doctor [IMPORTER]`."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from customhouse.commands.common import console, manifest_option, speaking
from customhouse.doctor.findings import Finding, Status, in_the_way
from customhouse.doctor.importers import Asked, check_importers
from customhouse.doctor.machine import CHECKS
from customhouse.doctor.probes import Probes

STYLES = {Status.OK: "green", Status.NOTE: "yellow", Status.PROBLEM: "bold red"}


@click.command()
@click.argument("importer", required=False)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@manifest_option
@speaking
def doctor(importer: str | None, form: str, manifest: Path | None) -> int:
    """Look at this machine, and at the manifest: all importers in it, or IMPORTER. Nothing is started.

    Of the manifest every key and every gap that is wrong is told at once, of each the first thing.

    Exit code: 0 nothing stands in the way, 1 something does, 2 usage error.
    """
    probes = Probes()
    findings = [finding for check in CHECKS for finding in check(probes)]
    findings += check_importers(Asked(manifest, importer), probes)
    problems = in_the_way(findings)
    if form == "json":
        rows = [finding.to_json() for finding in findings]
        click.echo(json.dumps({"schema": 1, "ok": not problems, "findings": rows}, indent=2))
    else:
        _print(findings, problems)
    return 1 if problems else 0


def _print(findings: Sequence[Finding], problems: int) -> None:
    screen = console()
    width = max(len(one.what) for one in findings) + 2
    for one in findings:
        line = Text(f"{one.status:<9}", style=STYLES[one.status]).append(f"{one.what:<{width}}{one.says}", style="none")
        screen.print(line, soft_wrap=True)
        if one.mend:
            screen.print(Text(" " * (9 + width) + one.mend, style="dim"), soft_wrap=True)
    said = (
        "nothing stands in the way" if not problems else f"{problems} problem{'s' if problems > 1 else ''} in the way"
    )
    screen.print(Text(f"\n{said}", style="bold"), soft_wrap=True)
