"""What is forgotten between runs, or believed without looking."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intercom_base import forgetful, reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Checkpoint, Outcome, Row, Staged
from reference_importer.common.exits import Exit
from reference_importer.common.report import Report
from reference_importer.common.sources import Record, SourceReader
from reference_importer.intercom.leads import LeadRegister
from reference_importer.intercom.parts import ExitPolicy
from reference_importer.intercom.verifying import Verifier

DONE = "rows-done"


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


class _Finished(Checkpoint):
    def stage(self, rows: Iterable[Staged], accept: Callable[[], None]) -> int:
        read = super().stage(rows, accept)
        self.db.execute("UPDATE rows SET state = 'done', outcome = 'skipped' WHERE remote_id NOTNULL")
        return read


@mutant("intercom")
def never_sends_a_row_twice(job: Job) -> int:
    """Remembers that a row is done, and not what it said."""
    return reference(job, checkpoint=_Finished)


class _Beyond(SourceReader):
    def records(self) -> Iterator[Record]:
        done = self.spec.path.with_name(DONE)
        return islice(super().records(), int(done.read_text()) if done.exists() else 0, None)


@mutant("intercom")
def counts_what_is_done(job: Job) -> int:
    """Remembers how many rows are done, and begins behind them."""
    code = reference(job, source=_Beyond)
    if code == Exit.COMPLETE:
        job.source.with_name(DONE).write_text(str(job.source.read_bytes().count(b"\n")))
    return code


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
