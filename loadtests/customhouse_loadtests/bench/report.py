"""The run as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from .ledger import Ledger
from .plan import CONNECTIONS, Plan
from .targets import Judged

NUMBERS = ("per_s", "p50_ms", "p99_ms", "cpu_us")
OPERATIONS = ("update", "get", "search", "list")
STYLES = {"met": "green", "missed": "bold red", "not judged": "dim"}


def document(plan: Plan, machine: dict[str, Any], ledger: Ledger, judged: Sequence[Judged]) -> dict[str, Any]:
    """`bench.json`."""
    return {
        "schema": 1,
        "machine": machine,
        "plan": asdict(plan),
        "measures": ledger.to_json(),
        "targets": [{**asdict(row.target), "measured": row.measured, "outcome": row.outcome} for row in judged],
    }


def show(console: Console, plan: Plan, machine: dict[str, Any], ledger: Ledger, judged: Iterable[Judged]) -> None:
    """Print the machine, the traffic and the targets."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    console.print(f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']}; {machine['python']}")
    console.print(versions, "\n", style="dim")
    console.print(_traffic(plan, ledger))
    console.print(_wishes(judged))


def _traffic(plan: Plan, ledger: Ledger) -> Table:
    table = Table(title=f"Traffic (medians of {plan.rounds} rounds of {plan.calls} calls)", title_justify="left")
    table.add_column("call")
    table.add_column("contacts", justify="right")
    table.add_column("connections", justify="right")
    for heading in ("requests/s", "p50 ms", "p99 ms", "CPU µs"):
        table.add_column(heading, justify="right")
    for call, contacts, connections, name in _bursts(plan):
        numbers = (ledger.value(f"{name}.{number}") for number in NUMBERS)
        table.add_row(call, contacts, str(connections), *(_number(value) for value in numbers))
    return table


def _bursts(plan: Plan) -> Iterable[tuple[str, str, int, str]]:
    """Call, contacts, connections, and the prefix of the measures of every line of the table."""
    few, many = f"{plan.early:,}", f"{plan.records:,}"
    for connections in CONNECTIONS:
        yield "bare WSGI app", "", connections, f"bare.{connections}"
        yield "create", few, connections, f"small.create.{connections}"
    yield "create", many, 1, "late.create.1"
    for operation in OPERATIONS:
        yield operation, few, 1, f"small.{operation}.1"
        yield operation, many, 1, f"large.{operation}.1"


def _wishes(judged: Iterable[Judged]) -> Table:
    table = Table(title="Measured against wanted", title_justify="left")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("wanted", justify="right")
    table.add_column("")
    table.add_column("source", style="dim")
    for row in judged:
        wish = row.target
        table.add_row(
            wish.name,
            f"{_number(row.measured)} {wish.unit}",
            f"{wish.comparison} {wish.wanted:g} {wish.unit}",
            f"[{STYLES[row.outcome]}]{row.outcome}[/]",
            wish.source,
        )
    return table


def _number(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
