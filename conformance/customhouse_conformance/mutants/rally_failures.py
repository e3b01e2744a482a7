"""Refusals, rate limits and broken connections, handled badly."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Discreet, one_try
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.calls import CallPolicy
from reference_importer.common.checkpoint import Outcome
from reference_importer.common.pacing import Pacer
from reference_importer.common.transport import Answer, Request, Transport
from reference_importer.rally.ledger import Batch
from reference_importer.rally.posting import Refused
from reference_importer.rally.sending import Sender


class _Deaf(Pacer):
    def settle(self, sent: float, headers: Mapping[str, str] | None, *, refused: bool = False) -> None:
        super().settle(sent, headers)


@mutant("rally")
def ignores_retry_after(job: Job) -> int:
    """Sends again at once when it is told to wait."""
    return reference(job, pacer=_Deaf)


@mutant("rally")
def takes_a_429_for_a_bad_record(job: Job) -> int:
    """Sends the people in smaller requests, and at once, when it is told to wait."""
    return reference(job, policy=partial(CallPolicy, throttled=frozenset()))


@mutant("rally")
def never_sends_twice(job: Job) -> int:
    """One try for every call."""
    return reference(job, policy=one_try)


class _Nervous(Transport):
    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        return replace(answer, status=400) if request.method == "GET" and answer.status >= 500 else answer


@mutant("rally")
def takes_a_failed_question_for_the_end(job: Job) -> int:
    """Gives an import up when the question after it is answered 5xx."""
    return reference(job, transport=_Nervous)


class _Insistent(Transport):
    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        return super().send(request) if answer.status == 400 else answer


@mutant("rally")
def repeats_refused_requests(job: Job) -> int:
    """Believes that a 400 may pass."""
    return reference(job, transport=_Insistent)


class _AllOrNone(Sender):
    def isolate(self, batch: Batch, refused: Refused) -> None:
        problem = refused.problem
        self.record(
            [
                Outcome(one.row, "rejected", None, None, problem.status, "refused", problem.message)
                for one in batch.people
            ]
        )


@mutant("rally")
def gives_up_the_whole_batch(job: Job) -> int:
    """Takes the refusal of a request for that of everybody in it."""
    return reference(job, sender=_AllOrNone)


@mutant("rally")
def hides_bad_records(job: Job) -> int:
    """Counts the people who are not in, and names none."""
    code = reference(job, display=Discreet)
    for name in ("report.json", "rejects.csv"):
        (job.workdir / name).unlink(missing_ok=True)
    return code
