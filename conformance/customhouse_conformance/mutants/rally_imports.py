"""Imports that were accepted: taken for done, asked for too often, or never given up."""

from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference, wordless
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome
from reference_importer.common.transport import Answer
from reference_importer.rally.ledger import Placed
from reference_importer.rally.posting import Poster
from reference_importer.rally.settling import IMPORTED, Settled, Settler
from reference_importer.rally.tracing import FailureTracer, Traced
from reference_importer.rally.watching import COMPLETED, End, Flight, Watcher


class _Trusting(Watcher):
    def wait(self, flights: list[Flight]) -> list[End]:
        return [End(flight, COMPLETED) for flight in flights]


@mutant("rally")
def accepted_is_done(job: Job) -> int:
    """Takes the 202 for the end, and asks for nothing."""
    return reference(job, watcher=_Trusting)


class _OneEnd(Settler):
    def settle(self, people: list[Placed], end: End) -> Settled:
        return super().settle(people, End(end.flight, COMPLETED, end.failed))


@mutant("rally")
def ends_are_all_good(job: Job) -> int:
    """Waits for the end, and does not look whether it is COMPLETED or ERROR."""
    return reference(job, settler=_OneEnd)


class _Satisfied(Settler):
    def failures(self, end: End) -> list[dict[str, object]]:
        return []


@mutant("rally")
def ignores_failed_records(job: Job) -> int:
    """Takes COMPLETED for everybody being in."""
    return reference(job, settler=_Satisfied)


class _EmailsOnly(FailureTracer):
    def trace(self, people: list[Placed], failed: list[dict[str, Any]]) -> Traced:
        return super().trace(people, [item for item in failed if item.get("email")])


@mutant("rally")
def traces_emails_only(job: Job) -> int:
    """Knows those who failed by their e-mails, and passes over the others."""
    return reference(job, tracer=_EmailsOnly)


class _NamedOnly(FailureTracer):
    def trace(self, people: list[Placed], failed: list[dict[str, Any]]) -> Traced:
        return super().trace(people, [item for item in failed if item.get("email") or item.get("personId")])


@mutant("rally")
def passes_over_nameless_failures(job: Job) -> int:
    """Knows those who failed by their e-mails and ids, and passes over whoever has neither."""
    return reference(job, tracer=_NamedOnly)


class _Reposting(Watcher):
    reposted = 0

    def not_found(self, flight: Flight) -> End | None:
        self.reposted += 1
        return End(flight, None, is_gone=True) if self.reposted < 3 else None


@mutant("rally")
def reposts_on_404(job: Job) -> int:
    """Sends the people again when their import is not to be seen."""
    return reference(job, watcher=_Reposting)


class _Hasty(Watcher):
    def not_found(self, flight: Flight) -> End | None:
        return End(flight, None, why=f"import {flight.import_id}: 404")


@mutant("rally")
def takes_404_for_final(job: Job) -> int:
    """Gives an import up when it is not to be seen at once."""
    return reference(job, watcher=_Hasty)


class _Faithful(Watcher):
    def is_overdue(self, flight: Flight, now: float) -> bool:
        return False


@mutant("rally")
def polls_for_ever(job: Job) -> int:
    """Asks until an import has ended."""
    return reference(job, watcher=_Faithful)


class _Sanguine(Watcher):
    def look(self, flight: Flight) -> End | None:
        end = super().look(flight)
        late = end is not None and self.is_overdue(flight, self._clock.monotonic())
        return End(flight, COMPLETED) if late else end


@mutant("rally")
def takes_a_stuck_import_for_done(job: Job) -> int:
    """Takes an import that has had its time for one that went well."""
    return reference(job, watcher=_Sanguine)


class _AnyId(Poster):
    def import_id(self, answer: Answer) -> str | None:
        return str(answer.body.get("importId"))


@mutant("rally")
def asks_for_import_none(job: Job) -> int:
    """Makes a text of importId, also when it is null."""
    return reference(job, poster=_AnyId)


class _NoNews(Settler):
    def without_id(self, people: list[Placed]) -> list[Outcome]:
        return [Outcome(one.row, "done", IMPORTED) for one in people]


@mutant("rally")
def takes_no_id_for_done(job: Job) -> int:
    """Has nothing to ask for without an importId, and takes that for good news."""
    return reference(job, settler=_NoNews)


class _Pessimist(Settler):
    def without_id(self, people: list[Placed]) -> list[Outcome]:
        return [self.lost(one, "no_import_id", "") for one in people]


@mutant("rally")
def keeps_everything_to_itself(job: Job) -> int:
    """Has an exit code for what went wrong, and not a word; so it does for an import without an id."""
    return wordless(job, settler=_Pessimist)


class _Restless(Watcher):
    def next_wait(self, wait: float) -> float:
        return 0.02


@mutant("rally")
def polls_without_pause(job: Job) -> int:
    """Asks for an import again as soon as it has an answer, or nearly."""
    return reference(job, watcher=_Restless)
