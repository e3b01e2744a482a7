"""Keeps credentials out of everything that is shown or stored, and finds them where they must not be.

A secret is looked for as it is, percent-encoded, and in both alphabets of base64 at each of its three alignments
(as in a Basic header, or anywhere inside of something longer).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

REDACTED = "<redacted>"
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
#: A form shorter than this is found by chance; only the secret as it is may be shorter.
SHORTEST_FORM = 8


@lru_cache(maxsize=4096)
def forms(secret: str) -> Mapping[str, str]:
    """What a secret can look like: name of the form -> text, the longest first."""
    found = {"token": secret, "percent-encoded token": quote(secret, safe="")}
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            encoded = encode(b"\0" * shift + secret.encode("utf-8", "surrogatepass")).decode().rstrip("=")
            # The first and last characters also depend on the neighbours.
            found[f"{name} token ({shift})"] = encoded[(0, 2, 3)[shift] : len(encoded) - 1]
    kept = {name: text for name, text in found.items() if len(text) >= SHORTEST_FORM or name == "token"}
    return dict(sorted(kept.items(), key=lambda form: len(form[1]), reverse=True))


def holds(data: bytes, needles: Mapping[str, str]) -> str | None:
    """The form in which a secret is in there, if it is; told plainly before encoded."""
    found = {_plain(name) for name, text in needles.items() if text.encode("utf-8", "surrogatepass") in data}
    return next((name for name in ("token", "percent-encoded token") if name in found), next(iter(sorted(found)), None))


def _plain(form: str) -> str:
    """The name of a form without its number: `base64url token (2)` is a `base64 token`."""
    return form.partition(" (")[0].replace("base64url", "base64")


def redact(value: Any, secrets: Iterable[str]) -> Any:
    """The value with every form of the secrets blotted out of every string in it, keys too; tuples become lists."""
    if isinstance(value, str):
        return redact_text(value, secrets)
    if isinstance(value, dict):
        return {redact(key, secrets): redact(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, secrets) for item in value]
    return value


def redact_text(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        for form in forms(secret).values():
            text = text.replace(form, REDACTED)
    return text


def redact_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Header values that carry secrets keep their scheme (`Bearer <redacted>`), which judges need."""
    return {
        name: _keep_scheme(value) if name.lower() in SECRET_HEADERS else redact_text(value, secrets)
        for name, value in headers.items()
    }


def _keep_scheme(value: str) -> str:
    scheme, separator, _ = value.partition(" ")
    return f"{scheme} {REDACTED}" if separator and scheme.isalpha() else REDACTED
