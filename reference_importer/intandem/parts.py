"""The parts of the app, each replaceable: ``dataclasses.replace(Parts(), pager=MyPager)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference_importer.common.calls import Caller, CallPolicy
from reference_importer.common.clock import Clock, SystemClock
from reference_importer.common.lock import StateLock
from reference_importer.common.pacing import Pacer
from reference_importer.common.progress import Display
from reference_importer.common.randomness import Jitter
from reference_importer.common.redaction import Redactor
from reference_importer.common.sources import SourceReader
from reference_importer.common.transport import Transport
from reference_importer.intandem.exporting import Exporter, Guard
from reference_importer.intandem.hooks import Hooks
from reference_importer.intandem.leaving import LeftOutFiles
from reference_importer.intandem.ledger import Ledger
from reference_importer.intandem.mapping import Mapper
from reference_importer.intandem.paging import Pager
from reference_importer.intandem.preparing import Preparer
from reference_importer.intandem.reporting import ExitPolicy, Reporter
from reference_importer.intandem.snapshots import Snapshots
from reference_importer.intandem.starting import Starter
from reference_importer.intandem.upstream import UpstreamReader
from reference_importer.intandem.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Parts:
    """What the app is made of, in the order in which the data meets it."""

    clock: Callable[[], Clock] = SystemClock
    jitter: Callable[[], Jitter] = Jitter
    redactor: type[Redactor] = Redactor
    display: type[Display] = Display
    lock: type[StateLock] = StateLock
    file: type[SourceReader] = SourceReader
    transport: type[Transport] = Transport
    pacer: type[Pacer] = Pacer
    policy: type[CallPolicy] = CallPolicy
    caller: type[Caller] = Caller
    upstream: type[UpstreamReader] = UpstreamReader
    mapper: type[Mapper] = Mapper
    snapshots: type[Snapshots] = Snapshots
    files: type[LeftOutFiles] = LeftOutFiles
    ledger: type[Ledger] = Ledger
    vendor: type[Vendor] = Vendor
    preparer: type[Preparer] = Preparer
    starter: type[Starter] = Starter
    guard: type[Guard] = Guard
    pager: type[Pager] = Pager
    exporter: type[Exporter] = Exporter
    hooks: type[Hooks] = Hooks
    exits: type[ExitPolicy] = ExitPolicy
    reporter: type[Reporter] = Reporter
