"""Runs the rounds. Of each only the records of scenarios stay in which something differed, in `round-N/records/`, and
of the first round those that they differ from, so that `customhouse judge OUT/round-N` shows either.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.steady.folder import prune, round_folder
from customhouse_conformance.steady.tally import Difference, Tally
from customhouse_fakes.core.clock import monotonic

Chosen = tuple[ImporterSpec, Selection]
Say = Callable[[Tally, Sequence[Difference]], None]


def run_rounds(chosen: Sequence[Chosen], options: Options, out: Path, tally: Tally, say: Say) -> None:
    """Fill in `tally` until there are as many rounds as it wants; it is said after each, with what is new in it."""
    try:
        while tally.rounds < tally.wanted:
            records = round_folder(out, tally.rounds + 1) / "records"
            tasks = [Task(spec, selection, records) for spec, selection in chosen]
            began = monotonic()
            new = tally.take(run_suite(tasks, options, ()).results, monotonic() - began)
            if tally.rounds > 1:
                prune(records.parent, _concerned(new))
            say(tally, new)
    finally:
        prune(round_folder(out, tally.rounds + 1))  # the one that was interrupted
        prune(round_folder(out, 1), _concerned(tally.differences))


def _concerned(differences: Sequence[Difference]) -> set[tuple[str, str]]:
    return {(one.place.provider, one.place.scenario) for one in differences}
