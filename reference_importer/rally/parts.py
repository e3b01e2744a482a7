"""The parts of an import, each replaceable: ``dataclasses.replace(Parts(), watcher=MyWatcher)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference_importer.common.calls import Caller, CallPolicy
from reference_importer.common.clock import Clock, SystemClock
from reference_importer.common.exits import Exit
from reference_importer.common.lock import StateLock
from reference_importer.common.pacing import Pacer
from reference_importer.common.progress import Display
from reference_importer.common.randomness import Jitter
from reference_importer.common.redaction import Redactor
from reference_importer.common.sources import SourceReader
from reference_importer.common.transport import Transport
from reference_importer.rally.client import Client
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.mapping import Columns, Mapper
from reference_importer.rally.posting import Isolator, Poster
from reference_importer.rally.properties import PropertyPlanner
from reference_importer.rally.receiving import Inbox, Receiver
from reference_importer.rally.records import Batcher, OptOuts, RecordBuilder
from reference_importer.rally.report import PeopleReport
from reference_importer.rally.sending import Sender
from reference_importer.rally.settling import Settler
from reference_importer.rally.signatures import Signatures
from reference_importer.rally.stored import StoredPeople
from reference_importer.rally.tracing import FailureTracer
from reference_importer.rally.values import Dates, Phones
from reference_importer.rally.watching import Watcher


class ExitPolicy:
    """When is a run complete?"""

    def decide(self, report: PeopleReport) -> Exit:
        """COMPLETE only if every row is known to be in."""
        pending = report.counts["pending"] > 0 and not report.dry_run
        return Exit.INCOMPLETE if report.counts["rejected"] or pending or report.error else Exit.COMPLETE


@dataclass(frozen=True, slots=True)
class Parts:
    """What an import is made of, in the order in which the data meets it."""

    clock: Callable[[], Clock] = SystemClock
    jitter: Callable[[], Jitter] = Jitter
    redactor: type[Redactor] = Redactor
    display: type[Display] = Display
    lock: type[StateLock] = StateLock
    source: type[SourceReader] = SourceReader
    columns: type[Columns] = Columns
    phones: type[Phones] = Phones
    mapper: type[Mapper] = Mapper
    ledger: type[Ledger] = Ledger
    transport: type[Transport] = Transport
    pacer: type[Pacer] = Pacer
    policy: type[CallPolicy] = CallPolicy
    caller: type[Caller] = Caller
    client: type[Client] = Client
    properties: type[PropertyPlanner] = PropertyPlanner
    stored: type[StoredPeople] = StoredPeople
    dates: type[Dates] = Dates
    opt_outs: type[OptOuts] = OptOuts
    builder: type[RecordBuilder] = RecordBuilder
    batcher: type[Batcher] = Batcher
    poster: type[Poster] = Poster
    isolator: type[Isolator] = Isolator
    signatures: type[Signatures] = Signatures
    inbox: type[Inbox] = Inbox
    receiver: type[Receiver] = Receiver
    watcher: type[Watcher] = Watcher
    tracer: type[FailureTracer] = FailureTracer
    settler: type[Settler] = Settler
    sender: type[Sender] = Sender
    exits: type[ExitPolicy] = ExitPolicy
