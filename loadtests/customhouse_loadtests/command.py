"""`customhouse bench`: how fast and how large the fakes are on this machine."""

from __future__ import annotations

import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import click
import orjson
from rich.console import Console

from .bench import machine, report
from .bench.drive import client
from .bench.errors import BenchError
from .bench.ledger import Ledger
from .bench.measurements import measure_all
from .bench.plan import FULL_RECORDS, QUICK_RECORDS, Plan
from .bench.targets import judge, targets

ROUNDS = 3
MISSED = 1
NOT_MEASURED = 3
WIDTH = 120


@click.command("bench", short_help="Measure the fakes: speed, memory, start-up, reset.")
@click.option("--records", type=click.IntRange(200, 1_000_000), help=f"Contacts.  [default: {FULL_RECORDS:,}]")
@click.option("--rounds", type=click.IntRange(1, 100), help=f"Repeats; medians are shown.  [default: {ROUNDS}]")
@click.option("--quick", is_flag=True, help=f"One round with {QUICK_RECORDS:,} contacts.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write bench.json into this folder.")
@click.option("--check", is_flag=True, help="Exit 1 if a target was missed.")
def bench(records: int | None, rounds: int | None, quick: bool, out: Path | None, check: bool) -> None:
    """Measure the fake Intercom in a process of its own: traffic, growth, memory, start-up and reset.

    Exit code: 0 measured, 1 a target was missed (with --check), 3 could not measure.
    """
    plan = Plan.of(records or (QUICK_RECORDS if quick else FULL_RECORDS), rounds or (1 if quick else ROUNDS))
    facts = machine.facts()
    try:
        ledger = _measure(plan)
    except (BenchError, BrokenExecutor, OSError) as error:
        click.echo(f"customhouse: could not measure: {error}", err=True)
        sys.exit(NOT_MEASURED)
    judged = judge(targets(), ledger, plan.records)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    report.show(console, plan, facts, ledger, judged)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        document = report.document(plan, facts, ledger, judged)
        (out / "bench.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    sys.exit(MISSED if check and any(row.outcome == "missed" for row in judged) else 0)


def _measure(plan: Plan) -> Ledger:
    ledger = Ledger()
    progress = Console(stderr=True)
    with progress.status("measuring") as status, client() as driver:
        measure_all(plan, driver, ledger, status.update)
    return ledger
