"""One import from front to end: source → staging → plan → send → verify → report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from reference_importer.common.checkpoint import Checkpoint, Outcome, Staged
from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.progress import Display
from reference_importer.common.redaction import Redactor
from reference_importer.common.rejects import write_rejects
from reference_importer.common.report import NAMED
from reference_importer.common.statefile import StateFile
from reference_importer.intercom.attributes import Plan, used_type
from reference_importer.intercom.mapping import Mapper
from reference_importer.intercom.options import Options
from reference_importer.intercom.parts import Breaker, Parts
from reference_importer.intercom.report import ContactReport
from reference_importer.intercom.sending import NO_ANSWER
from reference_importer.intercom.wiring import Wiring

NAMED_MISSING = 20


@dataclass(slots=True)
class Import:
    """The run's parts and facts. `secret` is the token."""

    parts: Parts
    options: Options
    secret: str
    clock: Clock
    redactor: Redactor
    display: Display
    report: ContactReport
    stop: threading.Event

    def run(self) -> None:
        """Import. Raises an ImporterError when the run cannot go on; the report is filled in either way."""
        reader, mapper = self.parts.source(self.options.source), self.parts.mapper(self.options.columns)
        mapper.check(reader.columns())
        with self._checkpoint() as checkpoint:
            rows = (mapper.map(record) for record in reader.records())
            self.stage(checkpoint, mapper, rows)
            if self.options.dry_run or not checkpoint.total():
                return
            try:
                self.send_all(checkpoint, mapper)
            finally:
                self.settle(checkpoint)

    def _checkpoint(self) -> AbstractContextManager[Checkpoint]:
        file = StateFile(self.parts.checkpoint, self.parts.lock, self.clock, self.display.say, self.warn)
        if self.options.dry_run:
            return file.passing()
        return file.opened(self.options.state, f"{self.options.base_url}\n{self.secret}")

    # -- the steps

    def stage(self, checkpoint: Checkpoint, mapper: Mapper, rows: Iterator[Staged]) -> None:
        """Take in the source; nothing has been sent yet, and nothing will be if it is broken."""
        self.report.counts["read"] = checkpoint.stage(rows, mapper.finish)
        self.report.counts["duplicates"] = self.report.counts["read"] - checkpoint.total()
        self.report.counts["pending"] = checkpoint.count("staged")
        self.report.ignored_columns = mapper.ignored
        self.report.attributes["used"] = {name: used_type(use) for name, use in mapper.attributes.items()}
        if mapper.ignored:
            self.warn(f"columns not imported: {', '.join(mapper.ignored)} (name them with --map to import them)")
        if checkpoint.has_external_ids("lead"):
            self.warn("Intercom keeps no external_id for leads; map it to a custom attribute as well if you need it")
        for rejected in checkpoint.rejected():
            self._name(rejected["line"], rejected["external_id"], rejected["email"], rejected["message"])

    def send_all(self, checkpoint: Checkpoint, mapper: Mapper) -> None:
        """Plan, send, verify."""
        wiring = Wiring(self.parts, self.options, self.secret, self.clock, self.stop)
        try:
            pending = checkpoint.count("staged") + checkpoint.count("uncertain")
            plan = Plan()
            if pending:
                plan = self.parts.attributes(wiring.client, self.display.say).plan(mapper.attributes)
                self.report.attributes["created"] = list(plan.created)
            self.display.begin(pending)
            self.send(checkpoint, wiring, plan)
            self.verify(checkpoint, wiring)
        finally:
            traffic = wiring.caller.traffic
            self.report.calls, self.report.retries = traffic.calls, traffic.retries
            self.report.refused_calls = traffic.refused

    def send(self, checkpoint: Checkpoint, wiring: Wiring, plan: Plan) -> None:
        """Send every row; come back for leads in doubt, when the list can tell whether they were made."""
        sender, leads = wiring.sender(plan), self.parts.leads(wiring.client, checkpoint)
        for attempt in range(1, self.options.max_attempts + 1):
            leads.prepare()
            record = partial(self.record, checkpoint, self.parts.breaker())
            self.parts.workers(self.options.workers, self.stop).run(checkpoint.claim, sender.send, record)
            if not checkpoint.count("uncertain"):
                break
            if attempt < self.options.max_attempts:
                self.clock.wait(self.stop, wiring.policy.wait(attempt))
        for row in checkpoint.rows("uncertain"):
            self._name(row.line, row.external_id, row.email, "no answer tells whether the lead was made; start again")

    def record(self, checkpoint: Checkpoint, breaker: Breaker, outcomes: list[Outcome]) -> None:
        """Write down and show what became of rows. Raises RefusedError when the vendor seems to be down."""
        clean = [self._cleaned(outcome) for outcome in outcomes]
        checkpoint.record(clean)
        for outcome in clean:
            self._show(outcome)
            if outcome.state != "staged" and breaker.tripped(outcome.code != NO_ANSWER):
                raise RefusedError(f"no answer for {breaker.rows} rows in a row, the last time: {outcome.message}.")

    def verify(self, checkpoint: Checkpoint, wiring: Wiring) -> None:
        """Look whether the workspace still has every done row; those that it lost are to be done again."""
        try:
            missing = self.parts.verifier(wiring.client, checkpoint).missing()
        except CallError as error:
            self.report.error = self.redactor.clean(f"all rows were sent, but could not be verified: {error}")
            self.display.say(f"error: {self.report.error}")
            return
        if not missing:
            return
        self.report.counts["missing"] = len(missing)
        self.report.missing_rows = [row.name for row in missing[:NAMED]]
        self.warn(
            f"{len(missing)} of {checkpoint.count('done')} contacts are no longer there. A development workspace"
            " archives the oldest beyond 20; otherwise somebody removed them. Start again to restore them."
        )
        for row in missing[:NAMED_MISSING]:
            self.display.say(f"missing: {row.name}: contact {row.remote_id}")
        self.report.take(checkpoint.outcomes())
        checkpoint.record([Outcome(row, "staged", "missing") for row in missing])

    def settle(self, checkpoint: Checkpoint) -> None:
        """The numbers and the rejects file, however the run ended."""
        counts = self.report.counts
        if not counts["missing"]:
            self.report.take(checkpoint.outcomes())
        counts["rejected"] = checkpoint.count("rejected") + checkpoint.count("uncertain")
        unsent = checkpoint.count("staged") + checkpoint.count("sending")
        counts["pending"] = unsent - counts["missing"]
        self.report.rejected_rows = [row for row, _ in zip(checkpoint.rejected(), range(NAMED), strict=False)]
        if counts["rejected"] or self.options.rejects.exists():
            write_rejects(self.options.rejects, checkpoint.rejected(), checkpoint.rejected_columns)

    # -- words

    def warn(self, text: str) -> None:
        self.report.warnings.append(text)
        self.display.say(f"warning: {text}")

    def _cleaned(self, outcome: Outcome) -> Outcome:
        if outcome.message is None:
            return outcome
        clean = self.redactor.clean
        return replace(outcome, message=clean(outcome.message), code=clean(outcome.code or ""))

    def _show(self, outcome: Outcome) -> None:
        if outcome.state in ("done", "rejected"):
            self.display.advance(1)
        if outcome.state == "rejected":
            why = f"{outcome.status or ''} {outcome.code}: {outcome.message}".strip()
            self._name(outcome.row.line, outcome.row.external_id, outcome.row.email, why)

    def _name(self, line: int, external_id: str | None, email: str | None, why: str) -> None:
        self.display.reject(" ".join(filter(None, [f"line {line}", external_id, email])), why)
