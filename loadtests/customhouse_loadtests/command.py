"""`customhouse bench`: how fast and how large the fakes are on this machine."""

from __future__ import annotations

import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import click
import orjson
from rich.console import Console

from .bench import machine, paper, plot, report
from .bench.drive import client
from .bench.ledger import Ledger
from .bench.measurements import measure_all
from .bench.others import others
from .bench.peers import Peer, default_cache, peers
from .bench.plan import FULL_RECORDS, QUICK_RECORDS, Plan
from .bench.results import Results
from .bench.side_by_side import beside, several
from .bench.targets import judge, targets
from .errors import LoadError

ROUNDS = 3
MISSED = 1
NOT_MEASURED = 3
WIDTH = 120


@click.command("bench", short_help="Measure the fakes: speed, memory, start-up, reset.")
@click.option("--records", type=click.IntRange(200, 1_000_000), help=f"Contacts.  [default: {FULL_RECORDS:,}]")
@click.option("--rounds", type=click.IntRange(1, 100), help=f"Repeats; medians are shown.  [default: {ROUNDS}]")
@click.option("--quick", is_flag=True, help=f"One round with {QUICK_RECORDS:,} contacts.")
@click.option("--peer", "asked", metavar="NAME,…", default="", help=f"Beside these, or all: {', '.join(peers())}.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where peers are installed.  [default: user's cache]",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write bench.{json,md,svg} into this folder."
)
@click.option("--check", is_flag=True, help="Exit 1 if a target was missed.")
def bench(
    *,
    records: int | None,
    rounds: int | None,
    quick: bool,
    asked: str,
    cache: Path | None,
    out: Path | None,
    check: bool,
) -> None:
    """Measure the fakes in processes of their own: traffic, growth, memory, start-up and reset.

    Peers that are asked for are installed from npm and PyPI into a cache, and measured in turns with ours.
    Exit code: 0 measured, 1 a target was missed (with --check), 3 could not measure.
    """
    plan = Plan.of(records or (QUICK_RECORDS if quick else FULL_RECORDS), rounds or (1 if quick else ROUNDS))
    rivals = _chosen(asked)
    facts = machine.facts()
    try:
        ledger, missing = _measure(plan, rivals, cache or default_cache())
    except (LoadError, BrokenExecutor, OSError) as error:
        click.echo(f"customhouse: could not measure: {error}", err=True)
        sys.exit(NOT_MEASURED)
    judged = judge(targets(), ledger, plan.records)
    results = Results(plan, facts, ledger, judged, rivals, missing)
    report.show(Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False), results)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "bench.json").write_bytes(orjson.dumps(results.document(), option=orjson.OPT_INDENT_2) + b"\n")
        (out / "bench.svg").write_text(plot.draw(results), "utf-8")
        (out / "bench.md").write_text(paper.write(results), "utf-8")
    sys.exit(MISSED if check and any(row.outcome == "missed" for row in judged) else 0)


def _chosen(asked: str) -> list[Peer]:
    names = list(peers()) if asked == "all" else [name for name in asked.split(",") if name]
    unknown = sorted(set(names) - peers().keys())
    if unknown:
        raise click.BadParameter(f"there is no peer {', '.join(unknown)}; there are: {', '.join(peers())}, all")
    return [peers()[name] for name in names]


def _measure(plan: Plan, rivals: list[Peer], cache: Path) -> tuple[Ledger, dict[str, str]]:
    ledger = Ledger()
    progress = Console(stderr=True)
    with progress.status("measuring") as status, client() as driver:
        measure_all(plan, driver, ledger, status.update)
        others(plan, driver, ledger, status.update)
        several(plan, driver, ledger, status.update)
        missing = beside(rivals, cache, plan, driver, ledger, status.update)
    return ledger, missing
