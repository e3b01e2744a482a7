"""Puts the parts that talk to Rally together."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from reference_importer.common.checkpoint import Outcome
from reference_importer.common.clock import Clock
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.options import Options
from reference_importer.rally.parts import Parts
from reference_importer.rally.properties import Plan
from reference_importer.rally.receiving import Inbox
from reference_importer.rally.records import RecordBuilder
from reference_importer.rally.sending import Limits, Sender

USER_AGENT = "customhouse-reference-importer"


class Wiring:
    """Transport, pacer, policy, caller and client of one run, and what is made of them."""

    def __init__(self, parts: Parts, options: Options, secret: str, clock: Clock, stop: threading.Event) -> None:
        self._parts, self._options, self._clock = parts, options, clock
        policy = parts.policy(
            attempts=options.max_attempts, backoff=options.backoff, max_wait=options.max_wait, peer="Rally"
        )
        self.caller = parts.caller(
            parts.transport(options.base_url, secret, {"User-Agent": USER_AGENT}, options.timeout, clock),
            parts.pacer(clock, stop), policy, clock, parts.jitter(), stop,
        )  # fmt: skip
        self.client = parts.client(self.caller)

    def builder(self, plan: Plan) -> RecordBuilder:
        """The part that makes records, once the plan is made."""
        options, parts = self._options, self._parts
        phones, opt_outs = parts.phones(options.country_code), parts.opt_outs(options.opt_in)
        return parts.builder(plan, options.identifier, parts.dates(), phones, opt_outs)

    @contextlib.contextmanager
    def receiving(self, ledger: Ledger, say: Callable[[str], None]) -> Iterator[Inbox | None]:
        """The inbox, with a receiver that fills it, if webhooks are wanted and the port can be had."""
        webhook = self._options.webhook
        if webhook is None:
            yield None
            return
        inbox = self._parts.inbox(ledger)
        signatures = self._parts.signatures(webhook.secret, self._clock)
        try:
            receiver = self._parts.receiver(webhook.port, webhook.path, signatures, inbox)
        except OSError as error:
            say(f"warning: cannot listen on port {webhook.port} ({error.strerror}); imports are polled for instead")
            yield None
            return
        with receiver:
            yield inbox

    def sender(self, ledger: Ledger, plan: Plan, inbox: Inbox | None, record: Callable[[list[Outcome]], None],
               warn: Callable[[str], None]) -> Sender:  # fmt: skip
        """The part that sends rows."""
        parts, options = self._parts, self._options
        poster = parts.poster(self.client, parts.batcher(plan), plan.identifier, options.population)
        watcher = parts.watcher(self.client, self._clock, inbox, poll=options.poll, deadline=options.deadline)
        settler = parts.settler(parts.tracer(self.client, options.identifier, plan), warn)
        limits = Limits(options.batch_size, options.in_flight)
        return parts.sender(ledger, poster, parts.isolator(), watcher, settler, limits, record)
