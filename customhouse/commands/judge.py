"""`customhouse judge DIR`."""

from pathlib import Path

import click

from customhouse.commands.common import console, speaking
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.register import load_register
from customhouse_conformance.report import TerminalReport


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@speaking
def judge(folder: Path) -> int:
    """Judge the records in DIR (what `check --out DIR` wrote) again, without running anything."""
    return judge_folder(folder, load_register, [TerminalReport(console())]).exit_code
