"""Which source belongs to which business."""

from __future__ import annotations

import threading

from reference_importer.common.clock import Clock
from reference_importer.common.errors import UsageError
from reference_importer.common.sources import Reader, SourceSpec
from reference_importer.intandem.options import Options, Upstream
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.upstream import FATAL, PEER

USER_AGENT = "customhouse-reference-importer"


class Sources:
    """Makes the reader of a business's source, file or upstream API."""

    def __init__(self, parts: Parts, options: Options, clock: Clock, stop: threading.Event) -> None:
        self._parts, self._options, self._clock, self._stop = parts, options, clock, stop
        headers = {"User-Agent": USER_AGENT}
        self._transports = {
            spec.url: parts.transport(spec.url, options.source_token, headers, options.timeout, clock)
            for spec in (*options.sources.values(), options.source)
            if isinstance(spec, Upstream)
        }

    def of(self, business: str) -> Reader:
        """Raises UsageError when the business has no source."""
        spec = self._options.sources.get(business, self._options.source)
        if spec is None:
            raise UsageError(f"there is no source for the business {business}. Give --source-of {business}=….")
        return self._parts.file(spec) if isinstance(spec, SourceSpec) else self._upstream(spec)

    def _upstream(self, spec: Upstream) -> Reader:
        parts, options, stop = self._parts, self._options, self._stop
        policy = parts.policy(
            attempts=options.max_attempts, backoff=options.backoff, max_wait=options.max_wait, peer=PEER, fatal=FATAL
        )
        pacer, jitter = parts.pacer(self._clock, stop), parts.jitter()
        return parts.upstream(parts.caller(self._transports[spec.url], pacer, policy, self._clock, jitter, stop))
