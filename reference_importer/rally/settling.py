"""What an ended import means for each of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.rally.ledger import Placed
from reference_importer.rally.tracing import FailureTracer, Traced
from reference_importer.rally.watching import ERROR, End

IMPORTED = "imported"
FAILED = "Rally took the record, but could not import it; it does not say why. Is one of its addresses somebody else's?"
FAILED_ALL = "Rally ended the import with ERROR; it does not say why. Start again to send the row again."
NO_ID = "Rally took the record, but gave no id by which to ask what became of it. Start again to send it again."


@dataclass(slots=True)
class Settled:
    """Rows that have an outcome, and those that must be sent again in pieces to find out."""

    outcomes: list[Outcome] = field(default_factory=list)
    again: list[list[Row]] = field(default_factory=list)


class Settler:
    """Turns ends into outcomes. Only COMPLETED, and not being among the failed, means that a row is in."""

    def __init__(self, tracer: FailureTracer, warn: Callable[[str], None]) -> None:
        self.tracer, self.warn = tracer, warn

    def settle(self, people: list[Placed], end: End) -> Settled:
        if end.status == ERROR:
            return Settled([self.lost(one, "import_error", FAILED_ALL) for one in people])
        traced = self.tracer.trace(people, self.failures(end))
        self.check_count(people, traced, end)
        settled = Settled([self.lost(one, "failed_record", FAILED) for one in traced.failed.values()])
        unsure = self.unnamed(traced, settled)
        rest = [one for one in people if one.row.key not in traced.failed and one.row.key not in unsure]
        settled.outcomes += [Outcome(one.row, "done", IMPORTED) for one in rest]
        return settled

    def failures(self, end: End) -> list[dict[str, object]]:
        """The failed records of an import that is COMPLETED: it may have lost people all the same (C8)."""
        return end.failed

    def unnamed(self, traced: Traced, settled: Settled) -> set[str]:
        """Failed records that name nobody: who they are is found out by sending the suspects again in halves.

        That changes nothing for those who are in. Returns the keys of the suspects.
        """
        suspects = traced.suspects
        if len(suspects) <= traced.unnamed:
            settled.outcomes += [self.lost(one, "failed_record", FAILED) for one in suspects]
        else:
            middle = len(suspects) // 2
            settled.again = [[one.row for one in half] for half in (suspects[:middle], suspects[middle:])]
        return {one.row.key for one in suspects}

    def check_count(self, people: list[Placed], traced: Traced, end: End) -> None:
        """personCount says how many were imported; fewer than should be is told, though not who."""
        expected = len(people) - len(traced.failed) - traced.unnamed
        if not end.flight.resumed and end.person_count is not None and end.person_count < expected:
            words = f"import {end.flight.import_id} counts {end.person_count} people where {expected} were expected"
            self.warn(f"{words}; who lacks, it does not say. Look in Rally.")

    def without_id(self, people: list[Placed]) -> list[Outcome]:
        """importId was null: nothing to ask for (never ask for "null"), so the rows are not known to be in."""
        return [Outcome(one.row, "uncertain", None, None, None, "no_import_id", NO_ID) for one in people]

    def lost(self, one: Placed, code: str, message: str) -> Outcome:
        return Outcome(one.row, "rejected", None, None, None, code, message)
