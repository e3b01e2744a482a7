"""One run from the front: start what it needs, watch the facts come in, end everything, report, judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from customhouse_conformance.engine.outfolder import taken
from customhouse_fakes.core.clock import Clock, monotonic
from customhouse_loadtests.errors import LoadError
from customhouse_loadtests.facts import FactReader
from customhouse_loadtests.fold import Fold
from customhouse_loadtests.report import OURS, Meta, Run, write_all
from customhouse_loadtests.report.terminal import show
from customhouse_loadtests.settings import Settings
from customhouse_loadtests.thresholds import Threshold, exit_code, with_usual

from .live import view_of
from .processes import Locust, Role, locusts, stage_running

LOOK_S = 0.25
#: Imports may say for ten seconds what came of them, and then Locust has to be gone.
PARTING_S = 25.0
INTERRUPTED, NOTHING = 130, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run as it was asked for. `fakes`: the ready file of fakes that run already. `compare`: another run's folder."""

    settings: Settings
    role: Role
    out: Path
    fakes: Path | None = None
    thresholds: Sequence[Threshold] = ()
    compare: Path | None = None


def conduct(plan: Plan, console: Console) -> int:
    """Run it; the exit code of `customhouse load`. An interrupt ends it early, with a report."""
    before = Run.read(plan.compare) if plan.compare else None  # before anything of it could be overwritten
    with taken(plan.out, OURS):
        if not plan.role.leads:
            return _serve(plan, console)
        meta = Meta.of(plan.settings, plan.role.workers, Clock().now())
        meta.write(plan.out)
        fold, interrupted, words = _measure(plan, console)
        meta = meta.ended("interrupted" if interrupted else "done")
        run = Run(meta, fold)
        thresholds = with_usual(plan.thresholds)
        outcomes = write_all(run, before, thresholds, plan.out)
        show(console, run, before, list(zip(thresholds, outcomes, strict=True)), plan.out)
        if interrupted:
            console.print("interrupted: what there was until then is in the report; nothing was left running")
            return INTERRUPTED
        if fold.is_empty:
            console.print(f"nothing was measured\n{words}", style="red")
            return NOTHING
        return exit_code(outcomes)


def _measure(plan: Plan, console: Console) -> tuple[Fold, bool, str]:
    """The facts, whether the run was interrupted, and what Locust and the importers complained about."""
    fold, facts = Fold(), FactReader(plan.out / "facts.ndjson")
    interrupted = False
    with _running(plan) as started:
        lead = started[0]
        with view_of(console, plan.settings) as view:
            try:
                while not lead.wait(LOOK_S):
                    _read(facts, fold)
                    view.show(fold)
            except KeyboardInterrupt:
                interrupted = True
                _part(lead)
    _read(facts, fold)
    words = [*fold.complaints(), *fold.troubles, *(one.last_words() for one in started)] if fold.is_empty else []
    return fold, interrupted, "\n".join(words)


@contextmanager
def _running(plan: Plan) -> Iterator[list[Locust]]:
    """Stage and Locust."""
    logs = plan.out / "logs"
    logs.mkdir(exist_ok=True)
    staged = stage_running(plan.settings, plan.fakes) if plan.role.has_users else nullcontext()
    with staged as stage, locusts(plan.settings, plan.role, stage, plan.out / "facts.ndjson", logs) as started:
        yield started


def _read(facts: FactReader, fold: Fold) -> None:
    for fact in facts.new():
        fold.take(fact)


def _part(lead: Locust) -> None:
    """Ask it to end, and wait; a second interrupt does not."""
    lead.ask_to_end()
    deadline = monotonic() + PARTING_S
    try:
        while not lead.wait(LOOK_S) and monotonic() < deadline:
            pass
    except KeyboardInterrupt:
        lead.close()


def _serve(plan: Plan, console: Console) -> int:
    """A worker: users for a master elsewhere, which has the report."""
    with _running(plan) as (worker, *_):
        console.print(f"worker of the master at {plan.role.host}; it has the report")
        try:
            while not worker.wait(LOOK_S):
                pass
        except KeyboardInterrupt:
            _part(worker)
            return INTERRUPTED
    if worker.exit_code:
        raise LoadError(f"the Locust worker ended with {worker.exit_code}", worker.last_words())
    return 0
