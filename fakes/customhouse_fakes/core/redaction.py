"""Keeps credentials out of everything that is shown or stored."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from urllib.parse import quote

REDACTED = "<redacted>"
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Header values that carry secrets keep their scheme (`Bearer <redacted>`), which judges need."""
    return {name: _keep_scheme(value) if name.lower() in SECRET_HEADERS else value for name, value in headers.items()}


def spellings(secret: str) -> list[str]:
    """The forms in which a secret leaks: raw, URL-quoted, base64, and base64 as Basic user name."""
    raw = [secret, quote(secret, safe="")]
    encoded = [base64.b64encode(text.encode()).decode() for text in (secret, f"{secret}:")]
    return sorted({*raw, *encoded, *(text.rstrip("=") for text in encoded)}, key=len, reverse=True)


def redact_text(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        for form in spellings(secret):
            text = text.replace(form, REDACTED)
    return text


def _keep_scheme(value: str) -> str:
    scheme, separator, _ = value.partition(" ")
    return f"{scheme} {REDACTED}" if separator and scheme.isalpha() else REDACTED
