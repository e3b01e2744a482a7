"""Runs the rounds. Of each only the records of scenarios stay in which something differed, in `round-N/records/`, and
of the first round those that they differ from, so that `customhouse judge OUT/round-N` shows either.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.register import load_register
from customhouse_conformance.steady.tally import Difference, Tally
from customhouse_fakes.core.clock import monotonic

Say = Callable[[Tally, Sequence[Difference]], None]


def run_rounds(specs: Sequence[ImporterSpec], options: Options, out: Path, tally: Tally, say: Say) -> None:
    """Fill in `tally` until there are as many rounds as it wants; it is said after each, with what is new in it."""
    for old in out.glob("round-*"):
        prune(old)
    selections = [select(spec, load_register(spec.provider), options.only) for spec in specs]
    try:
        while tally.rounds < tally.wanted:
            records = round_folder(out, tally.rounds + 1) / "records"
            tasks = [Task(spec, one, records) for spec, one in zip(specs, selections, strict=True)]
            began = monotonic()
            new = tally.take(run_suite(tasks, options, ()).results, monotonic() - began)
            if tally.rounds > 1:
                prune(records.parent, _concerned(new))
            say(tally, new)
    finally:
        prune(round_folder(out, tally.rounds + 1))  # the one that was interrupted
        prune(round_folder(out, 1), _concerned(tally.differences))


def round_folder(out: Path, number: int) -> Path:
    """Where the records of a round are, as if it were a check of its own."""
    return out / f"round-{number}"


def prune(folder: Path, keep: Collection[tuple[str, str]] = ()) -> None:
    """Throw away the records of a round but for those of (provider, scenario), and folders that are empty then."""
    for path in folder.glob("records/*/*.jsonl"):
        if (path.parent.name, path.stem) not in keep:
            path.unlink()
    for emptied in (*folder.glob("records/*"), folder / "records", folder):
        with suppress(OSError):
            emptied.rmdir()


def _concerned(differences: Sequence[Difference]) -> set[tuple[str, str]]:
    return {(one.place.provider, one.place.scenario) for one in differences}
