"""The run as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from .results import HEADINGS, Results, Row, number
from .targets import Judged

STYLES = {"met": "green", "missed": "bold red", "not judged": "dim"}


def show(console: Console, results: Results) -> None:
    """Print the machine, the traffic, the peers and the targets."""
    machine, plan = results.machine, results.plan
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    console.print(f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']}; {machine['python']}")
    console.print(versions, "\n", style="dim")
    console.print(
        _table(f"Traffic (medians of {plan.rounds} rounds of {plan.calls} calls)", HEADINGS, results.traffic())
    )
    if results.peers:
        console.print(
            _table("Peers, on the same core", (*HEADINGS, "ours: times as quick", "as cheap"), results.rivalry())
        )
    for name, why in results.missing.items():
        console.print(f"not measured: {name}: {why}", style="bold red", markup=False)
    console.print(_wishes(results.judged))


def _table(title: str, headings: Iterable[str], rows: Iterable[Row]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("call")
    for heading in ("contacts", "connections", *headings):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row.what, row.contacts, str(row.connections), *row.cells)
    return table


def _wishes(judged: Iterable[Judged]) -> Table:
    table = Table(title="Measured against wanted", title_justify="left")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("wanted", justify="right")
    table.add_column("")
    table.add_column("why", style="dim")
    for row in judged:
        wish = row.target
        table.add_row(
            wish.name,
            f"{number(row.measured)} {wish.unit}",
            f"{wish.comparison} {wish.wanted:g} {wish.unit}",
            f"[{STYLES[row.outcome]}]{row.outcome}[/]",
            wish.why,
        )
    return table
