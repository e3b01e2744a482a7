"""Requests with many people: too many, too few, or the same twice."""

from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome
from reference_importer.rally.ledger import Batch, Ledger, Placed
from reference_importer.rally.options import MOST_PEOPLE
from reference_importer.rally.posting import Poster
from reference_importer.rally.sending import Sender
from reference_importer.rally.settling import IMPORTED


class _Boundless(Ledger):
    def next_batch(self, limit: int) -> Batch | None:
        return super().next_batch(100 * limit)


@mutant("rally")
def sends_all_at_once(job: Job) -> int:
    """Puts everybody into one request, and halves it when it is refused."""
    return reference(job, ledger=_Boundless)


class _WholeBatches(Sender):
    def begin(self, batch: Batch) -> None:
        self.full: bool = getattr(self, "full", False)
        if self.full and len(batch.people) < self.limits.batch_size:
            self.ledger.ended(batch.no)
            self.record([Outcome(one.row, "done", IMPORTED) for one in batch.people])
            return
        self.full = self.full or len(batch.people) == self.limits.batch_size
        super().begin(batch)


@mutant("rally")
def loses_the_last_batch(job: Job) -> int:
    """Divides the rows by the size of a request, and forgets the remainder."""
    return reference(job, sender=_WholeBatches)


class _Overlapping(Poster):
    def body(self, people: list[Placed]) -> dict[str, Any]:
        last: list[Placed] = getattr(self, "last", [])
        self.last = people[-1:] if len(people) == MOST_PEOPLE else []
        return super().body([*last, *people])


@mutant("rally")
def overlaps_batches(job: Job) -> int:
    """Begins each request with the last person of the full one before it."""
    return reference(job, poster=_Overlapping)
