"""Svix's signatures (docs.svix.com, "How to verify webhooks manually"; contract, section 8.1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from reference_importer.common.clock import Clock
from reference_importer.common.errors import UsageError

TOLERANCE_S = 300
SCHEME, SECRET = "v1", "whsec_"
PREFIXES = ("svix", "webhook")
"""Of the three headers; a paying customer of Svix may send the second."""


class SignatureError(Exception):
    """The delivery is not from Rally, or not from now."""


class Signatures:
    """Checks deliveries with one secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._clock = clock
        try:
            self._key = base64.b64decode(secret.strip().removeprefix(SECRET), validate=True)
        except binascii.Error:
            raise UsageError("the webhook secret is none. Expected whsec_ and base64; copy it again.") from None

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id. Raises SignatureError, whatever the headers hold."""
        id, timestamp, signature = self._headers(headers)
        self.check_time(timestamp)
        expected = hmac.new(self._key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        for one in signature.split():
            scheme, _, given = one.partition(",")
            if scheme == SCHEME and hmac.compare_digest(given.encode(), base64.b64encode(expected)):
                return id
        raise SignatureError("no signature fits the body")

    def check_time(self, timestamp: str) -> None:
        """A delivery that is five minutes old, or from the future, may be somebody's replay."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
            raise SignatureError("the timestamp is no number")
        if abs(self._clock.now() - int(timestamp)) > TOLERANCE_S:
            raise SignatureError("the timestamp is more than five minutes away")

    def _headers(self, headers: Mapping[str, str]) -> tuple[str, str, str]:
        for prefix in PREFIXES:
            found = [headers.get(f"{prefix}-{name}") for name in ("id", "timestamp", "signature")]
            if all(found):
                id, timestamp, signature = map(str, found)
                return id, timestamp, signature
        raise SignatureError("a signature header is missing")
