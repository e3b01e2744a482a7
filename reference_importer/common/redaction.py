"""Keeps secrets out of everything that leaves the process: output, files, exceptions."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote


class Redactor:
    """Replaces each secret, in every spelling in which a vendor or a library may echo it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._spellings = sorted({form for secret in secrets for form in _spellings(secret)}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """`text` without any secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, "<redacted>")
        return text


def _spellings(secret: str) -> Iterable[str]:
    if not secret:
        return
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(f"{secret}:".encode()).decode()
