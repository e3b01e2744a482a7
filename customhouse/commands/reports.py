"""The reports that `check` and `judge` write to a folder."""

from pathlib import Path

import click

from customhouse_conformance.errors import UsageError
from customhouse_conformance.events import View
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.report import JsonReport, JUnitReport
from customhouse_conformance.report.html import HtmlReport, find_kills

kill_matrix_option = click.option(
    "--kill-matrix",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Show this kill-matrix.json in report.html; without it one beside the report is looked for.",
)


def page(folder: Path, kill_matrix: Path | None) -> View:
    """`report.html`, with the kill matrix if there is one; `UsageError` if that is none."""
    return HtmlReport(folder / "report.html", load_register, find_kills(kill_matrix, folder))


def files(out: Path | None, kill_matrix: Path | None) -> list[View]:
    """All files of a check; none without a folder."""
    if out is None:
        if kill_matrix:
            raise UsageError("--kill-matrix shows a matrix in a report that is not written", "give --out DIR too")
        return []
    return [JsonReport(out / "results.json"), JUnitReport(out / "junit.xml"), page(out, kill_matrix)]
