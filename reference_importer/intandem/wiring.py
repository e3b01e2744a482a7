"""Puts the parts together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from reference_importer.common.clock import Clock
from reference_importer.common.redaction import Redactor
from reference_importer.common.transport import Transport
from reference_importer.intandem.ledger import Ledger
from reference_importer.intandem.options import CAP, Options
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.sourcing import USER_AGENT, Sources
from reference_importer.intandem.web import Desk


class Wiring:
    """The parts of one process, on one ledger."""

    def __init__(
        self,
        parts: Parts,
        options: Options,
        ledger: Ledger,
        clock: Clock,
        say: Callable[[str], None],
        redactor: Redactor,
    ) -> None:
        #: Set when the process is to end; whoever waits gives up.
        self.stop = threading.Event()
        folder = options.state.with_name(options.state.name + ".snapshots")
        mapper = partial(parts.mapper, options.columns, options.first_name_fallback)
        mapper()  # a mapping that cannot be used is refused now, not when somebody starts an import
        sources = Sources(parts, options, clock, self.stop)
        self.snapshots = parts.snapshots(folder, sources.of, mapper, CAP, self.stop)
        files, timeout, clean = parts.files(options.left_out, self.snapshots), options.session_timeout, redactor.clean
        preparer = parts.preparer(ledger, self.snapshots, files, clock, timeout, say, clean)

        def transport(token: str) -> Transport:
            return parts.transport(options.base_url, token, {"User-Agent": USER_AGENT}, options.timeout, clock)

        vendor = parts.vendor(options.tokens.of, transport)
        hooks = parts.hooks(ledger, say)
        guard, pager = parts.guard(ledger, clock, timeout), parts.pager(self.snapshots)
        self.desk = Desk(
            starter=parts.starter(options, ledger, preparer, vendor, say, clean),
            exporter=parts.exporter(ledger, guard, pager, clock, say),
            hooks=hooks,
            reporter=parts.reporter(ledger, hooks, parts.exits()),
        )
