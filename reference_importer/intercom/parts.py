"""The parts of an import, each replaceable: ``dataclasses.replace(Parts(), pacer=MyPacer)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference_importer.common.calls import Caller, CallPolicy
from reference_importer.common.checkpoint import Checkpoint
from reference_importer.common.clock import Clock, SystemClock
from reference_importer.common.exits import Exit
from reference_importer.common.lock import StateLock
from reference_importer.common.pacing import Pacer
from reference_importer.common.progress import Display
from reference_importer.common.randomness import Jitter
from reference_importer.common.redaction import Redactor
from reference_importer.common.report import Report
from reference_importer.common.sources import SourceReader
from reference_importer.common.transport import Transport
from reference_importer.common.workers import WorkerPool
from reference_importer.intercom.attributes import AttributePlanner
from reference_importer.intercom.client import Client
from reference_importer.intercom.conflicts import ConflictResolver
from reference_importer.intercom.contacts import ContactWriter
from reference_importer.intercom.leads import LeadRegister
from reference_importer.intercom.mapping import Mapper
from reference_importer.intercom.sending import Sender
from reference_importer.intercom.verifying import Verifier


class ExitPolicy:
    """When is a run complete?"""

    def decide(self, report: Report) -> Exit:
        """COMPLETE only if every row is in and still there."""
        lacking = any(report.counts[name] for name in ("rejected", "missing"))
        lacking = lacking or (report.counts["pending"] > 0 and not report.dry_run)
        return Exit.INCOMPLETE if lacking or report.error else Exit.COMPLETE


class Breaker:
    """Notices that the vendor is down: so many rows in a row had no answer that the next ones will not either."""

    rows = 10

    def __init__(self) -> None:
        self._in_a_row = 0

    def tripped(self, answered: bool) -> bool:
        """Count one more row; True when it is time to stop."""
        self._in_a_row = 0 if answered else self._in_a_row + 1
        return self._in_a_row >= self.rows


@dataclass(frozen=True, slots=True)
class Parts:
    """What an import is made of, in the order in which the data meets it."""

    clock: Callable[[], Clock] = SystemClock
    jitter: Callable[[], Jitter] = Jitter
    redactor: type[Redactor] = Redactor
    display: type[Display] = Display
    lock: type[StateLock] = StateLock
    source: type[SourceReader] = SourceReader
    mapper: type[Mapper] = Mapper
    checkpoint: type[Checkpoint] = Checkpoint
    transport: type[Transport] = Transport
    pacer: type[Pacer] = Pacer
    policy: type[CallPolicy] = CallPolicy
    caller: type[Caller] = Caller
    client: type[Client] = Client
    attributes: type[AttributePlanner] = AttributePlanner
    writer: type[ContactWriter] = ContactWriter
    conflicts: type[ConflictResolver] = ConflictResolver
    leads: type[LeadRegister] = LeadRegister
    sender: type[Sender] = Sender
    workers: type[WorkerPool] = WorkerPool
    breaker: type[Breaker] = Breaker
    verifier: type[Verifier] = Verifier
    exits: type[ExitPolicy] = ExitPolicy
