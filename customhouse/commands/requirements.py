"""`customhouse requirements`."""

import json
from collections.abc import Callable, Sequence

import click
from rich.table import Table

from customhouse.commands.common import console, provider_option, speaking
from customhouse_conformance.register import Requirement
from customhouse_conformance.register_tables import load_registers

COLUMNS = ("id", "level", "class", "provenance", "text")


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json", "md"]), default="table", show_default=True)
@provider_option
@speaking
def requirements(form: str, provider: str | None) -> int:
    """List the register: every requirement with level, source, witness, judge and mutants."""
    rows = [row for register in load_registers(provider) for row in register.requirements]
    _PRINTERS[form](rows)
    return 0


def _print_table(rows: Sequence[Requirement]) -> None:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for row in rows:
        values = row.to_json()
        table.add_row(*(str(values[column]) for column in COLUMNS))
    console().print(table)


def _print_json(rows: Sequence[Requirement]) -> None:
    click.echo(json.dumps([row.to_json() for row in rows], indent=2))


def _print_markdown(rows: Sequence[Requirement]) -> None:
    columns = (*COLUMNS, "source", "mutants")
    click.echo("| " + " | ".join(columns) + " |")
    click.echo("|" + " --- |" * len(columns))
    for row in rows:
        values = {**row.to_json(), "mutants": ", ".join(row.mutants)}
        cells = [str(values[column]).replace("|", "\\|") for column in columns]
        click.echo("| " + " | ".join(cells) + " |")


_PRINTERS: dict[str, Callable[[Sequence[Requirement]], None]] = {
    "table": _print_table,
    "json": _print_json,
    "md": _print_markdown,
}
