"""Puts the parts that talk to Intercom together."""

from __future__ import annotations

import threading

from reference_importer.common.clock import Clock
from reference_importer.intercom.attributes import Plan
from reference_importer.intercom.options import Options
from reference_importer.intercom.parts import Parts
from reference_importer.intercom.sending import Sender

USER_AGENT = "customhouse-reference-importer"


class Wiring:
    """Transport, pacer, policy, caller and client of one run."""

    def __init__(self, parts: Parts, options: Options, secret: str, clock: Clock, stop: threading.Event) -> None:
        self._parts = parts
        headers = {"Intercom-Version": options.intercom_version, "User-Agent": USER_AGENT}
        self.policy = parts.policy(attempts=options.max_attempts, backoff=options.backoff, max_wait=options.max_wait)
        self.caller = parts.caller(
            parts.transport(options.base_url, secret, headers, options.timeout, clock),
            parts.pacer(clock, stop), self.policy, clock, parts.jitter(), stop,
        )  # fmt: skip
        self.client = parts.client(self.caller)

    def sender(self, plan: Plan) -> Sender:
        """The part that sends rows, once the plan is made."""
        writer = self._parts.writer(self.client, plan)
        return self._parts.sender(writer, self._parts.conflicts(self.client, writer))
