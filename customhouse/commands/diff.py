"""`customhouse diff RUN_A RUN_B`."""

import json
from pathlib import Path

import click

from customhouse.commands.common import console, speaking
from customhouse_conformance.report.diff import difference, print_difference, read_side

_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("before", metavar="RUN_A", type=_folder)
@click.argument("after", metavar="RUN_B", type=_folder)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaking
def diff(before: Path, after: Path, form: str) -> int:
    """What changed from RUN_A to RUN_B: two folders that `check --out` wrote, of one importer or of two.

    Exit code: 0 nothing got worse, 1 something did, 2 a folder holds no run.
    """
    found = difference(read_side(before), read_side(after))
    if form == "json":
        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        print_difference(found, console())
    return found.exit_code
