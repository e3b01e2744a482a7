"""The end of a run on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from customhouse_loadtests.measures import bound_by, measured
from customhouse_loadtests.thresholds import Outcome, Threshold

from .html import rows
from .run import Run

STYLES: dict[Outcome, str] = {"held": "green", "broken": "bold red", "not measured": "yellow"}


def show(
    console: Console, run: Run, before: Run | None, judged: Sequence[tuple[Threshold, Outcome]], out: Path
) -> None:
    """Numbers, thresholds, and where the report is."""
    table = Table(title=run.meta.name, title_justify="left", box=None, pad_edge=False, show_header=before is not None)
    for name in ("measure", "value", *(("compared", "change") if before else ())):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for row in rows(run, before):
        table.add_row(row.name, row.value, *((row.compared, row.change) if before else ()))
    console.print(table)
    console.print(f"bound by: {bound_by(measured(run.fold))}", soft_wrap=True)
    for worker in run.fold.lost_workers:
        console.print(f"lost: Locust worker {worker}; what it had not reported is not counted", style="bold red")
    for threshold, outcome in judged:
        console.print(f"fails if {threshold}: {outcome}", style=STYLES[outcome])
    console.print(f"report: {out / 'report.html'}", soft_wrap=True)
