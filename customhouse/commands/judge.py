"""`customhouse judge DIR`."""

from pathlib import Path

import click

from customhouse.commands.common import console, speaking
from customhouse.commands.reports import kill_matrix_option, page
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.register import load_register
from customhouse_conformance.report import TerminalReport


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@kill_matrix_option
@speaking
def judge(folder: Path, kill_matrix: Path | None) -> int:
    """Judge the records in DIR (what `check --out DIR` wrote) again, without running anything; writes report.html."""
    views = [TerminalReport(console()), page(folder, kill_matrix)]
    return judge_folder(folder, load_register, views).exit_code
