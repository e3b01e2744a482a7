"""One import from front to end: source → staging → plan → people there → records → send → report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from functools import partial

from reference_importer.common.checkpoint import Outcome, Row, Staged
from reference_importer.common.clock import Clock
from reference_importer.common.errors import RowError
from reference_importer.common.progress import Display
from reference_importer.common.redaction import Redactor
from reference_importer.common.rejects import write_rejects
from reference_importer.common.report import NAMED
from reference_importer.common.statefile import StateFile
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.mapping import Mapper
from reference_importer.rally.options import Options
from reference_importer.rally.parts import Parts
from reference_importer.rally.properties import Plan
from reference_importer.rally.receiving import Inbox
from reference_importer.rally.report import PeopleReport
from reference_importer.rally.wiring import Wiring

CHUNK = 1000
"""Rows whose records are built together."""


@dataclass(slots=True)
class Import:
    """The run's parts and facts. `secret` is the token."""

    parts: Parts
    options: Options
    secret: str
    clock: Clock
    redactor: Redactor
    display: Display
    report: PeopleReport
    stop: threading.Event

    def run(self) -> None:
        """Import. Raises an ImporterError when the run cannot go on; the report is filled in either way."""
        options, parts = self.options, self.parts
        reader, phones = parts.source(options.source), parts.phones(options.country_code)
        mapper = parts.mapper(options.columns, options.identifier, parts.columns(options.property_types), phones)
        mapper.check(reader.columns())
        with self._ledger() as ledger:
            rows = (mapper.map(record) for record in reader.records())
            self.stage(ledger, mapper, rows)
            if options.dry_run or not ledger.total():
                return
            try:
                self.send_all(ledger, mapper)
            finally:
                self.settle(ledger)

    def _ledger(self) -> AbstractContextManager[Ledger]:
        file = StateFile(self.parts.ledger, self.parts.lock, self.clock, self.display.say, self.warn)
        if self.options.dry_run:
            return file.passing()
        where = (self.options.base_url, self.secret, self.options.identifier.name, self.options.population or "")
        return file.opened(self.options.state, "\n".join(where))

    # -- the steps

    def stage(self, ledger: Ledger, mapper: Mapper, rows: Iterator[Staged]) -> None:
        """Take in the source; nothing has been sent yet, and nothing will be if it is broken."""
        self.report.counts["read"] = ledger.stage(rows, mapper.finish)
        self.report.counts["duplicates"] = self.report.counts["read"] - ledger.total()
        self.report.counts["pending"] = ledger.count("staged")
        self.report.counts["rejected"] = ledger.count("rejected")
        self.report.ignored_columns = mapper.ignored
        self.report.properties["used"] = {use.name: use.type for use in mapper.properties.used.values()}
        if mapper.ignored:
            self.warn(f"columns not imported: {', '.join(mapper.ignored)} (name them with --map to import them)")
        if self.report.counts["duplicates"]:
            self.display.say(f"{self.report.counts['duplicates']} rows are older versions of later ones, and left out")
        for one in ledger.rejected():
            self._name(one["line"], one["email"] or one["phone"] or one["identifier"], one["message"])

    def send_all(self, ledger: Ledger, mapper: Mapper) -> None:
        """Plan, look who is there, build, send."""
        wiring = Wiring(self.parts, self.options, self.secret, self.clock, self.stop)
        try:
            if ledger.count("staged"):
                with wiring.receiving(ledger, self.warn) as inbox:
                    self.send(ledger, mapper, wiring, inbox)
        finally:
            traffic = wiring.caller.traffic
            self.report.calls, self.report.retries = traffic.calls, traffic.retries
            self.report.refused_calls = traffic.refused

    def send(self, ledger: Ledger, mapper: Mapper, wiring: Wiring, inbox: Inbox | None) -> None:
        """Everything that needs Rally."""
        under_way = ledger.resume()
        self.display.begin(ledger.count("staged") + ledger.count("sending"))
        plan = self.parts.properties(wiring.client, self.options.identifier, self.display.say).plan(
            mapper.properties.used
        )
        self.report.properties["created"] = list(plan.created)
        sender = wiring.sender(ledger, plan, inbox, partial(self.record, ledger), self.warn)
        before = ledger.imports()
        try:
            sender.finish(under_way)
            ledger.place_anew()
            self.place(ledger, wiring, plan)
            sender.send()
        finally:
            self.report.imports = ledger.imports() - before
            if inbox:
                inbox.take_in()
                self.report.webhooks = asdict(inbox.counts)

    def place(self, ledger: Ledger, wiring: Wiring, plan: Plan) -> None:
        """Build every record before the first request, so that what does not fit is known before anything is sent."""
        stored = self.parts.stored(wiring.client, ledger, self.options.identifier, plan)
        stored.read()
        builder, batcher = wiring.builder(plan), self.parts.batcher(plan)
        after = 0
        while rows := ledger.unplaced(after, CHUNK):
            after = rows[-1].seq
            placed, rejected = [], []
            for row in rows:
                held = stored.of(row)
                try:
                    record = builder.build(row, held)
                except RowError as error:
                    rejected.append(Outcome(row, "rejected", None, None, error.status, error.code, error.message))
                else:
                    placed.append((row, batcher.group(record, held), record))
            ledger.place(placed)
            self.record(ledger, rejected)

    def record(self, ledger: Ledger, outcomes: list[Outcome]) -> None:
        """Write down and show what became of rows."""
        clean = [self._cleaned(outcome) for outcome in outcomes]
        ledger.record(clean)
        self.display.advance(len(clean))
        for outcome in clean:
            if outcome.state != "done":
                self._show(outcome.row, outcome)

    def settle(self, ledger: Ledger) -> None:
        """The numbers and the rejects file, however the run ended."""
        counts = self.report.counts
        self.report.take(ledger.outcomes())
        counts["rejected"] = ledger.count("rejected") + ledger.count("uncertain")
        counts["pending"] = ledger.count("staged") + ledger.count("sending")
        self.report.rejected_rows = [row for row, _ in zip(ledger.rejected(), range(NAMED), strict=False)]
        if counts["rejected"] or self.options.rejects.exists():
            write_rejects(self.options.rejects, ledger.rejected(), ledger.rejected_columns)

    # -- words

    def warn(self, text: str) -> None:
        self.report.warnings.append(self.redactor.clean(text))
        self.display.say(f"warning: {text}")

    def _cleaned(self, outcome: Outcome) -> Outcome:
        if outcome.message is None:
            return outcome
        return replace(outcome, message=self.redactor.clean(outcome.message))

    def _show(self, row: Row, outcome: Outcome) -> None:
        why = f"{outcome.status or ''} {outcome.code}: {outcome.message}".strip()
        self._name(row.line, row.email or row.payload.get("phone") or row.external_id, why)

    def _name(self, line: int, who: str | None, why: str) -> None:
        self.display.reject(" ".join(filter(None, [f"line {line}", who])), why)
