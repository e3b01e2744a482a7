"""What is forgotten between runs, or believed without looking."""

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intercom_base import forgetful, reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Checkpoint, Outcome, Row
from reference_importer.common.exits import Exit
from reference_importer.common.report import Report
from reference_importer.intercom.leads import LeadRegister
from reference_importer.intercom.parts import ExitPolicy
from reference_importer.intercom.verifying import Verifier


class _Unaware(LeadRegister):
    def match(self) -> None:
        """Matches nobody."""


@mutant("intercom")
def forgets_leads(job: Job) -> int:
    """Remembers nothing from run to run, and does not look for the leads that it made."""
    return forgetful(job, leads=_Unaware)


class _Hasty(Checkpoint):
    def claim(self, limit: int) -> list[Row]:
        rows = super().claim(limit)
        self.record([Outcome(row, "done", "created") for row in rows])
        return rows


@mutant("intercom")
def ticks_off_before_sending(job: Job) -> int:
    """Writes a row down as done when it takes it up."""
    return reference(job, checkpoint=_Hasty, verifier=_Unseeing)


class _Unseeing(Verifier):
    def missing(self) -> list[Row]:
        return []


@mutant("intercom")
def never_looks_back(job: Job) -> int:
    """Believes every 200 for good."""
    return reference(job, verifier=_Unseeing)


class _Content(ExitPolicy):
    def decide(self, report: Report) -> Exit:
        return Exit.COMPLETE


@mutant("intercom")
def says_that_all_is_well(job: Job) -> int:
    """Exits with 0 when it has come to the end, whatever it lost on the way."""
    return reference(job, exits=_Content)
