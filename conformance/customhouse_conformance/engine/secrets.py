"""Finds the token where it must not be, and blots it out of everything that is kept.

Looked for as it is, percent-encoded, and in base64 at each of its three alignments (as in a Basic header).
"""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from customhouse_conformance.record import Secret

REDACTED = "<redacted>"
CHUNK = 1024 * 1024


def forms(token: str) -> dict[str, str]:
    """What a token can look like: name of the form → text. Forms too short to mean anything are left out."""
    raw = token.encode()
    found = {"token": token, "percent-encoded token": quote(token, safe="")}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        # The first and last characters also depend on the neighbours.
        found[f"base64 token ({shift})"] = encoded[(0, 2, 3)[shift] : len(encoded) - 1]
    return {name: text for name, text in found.items() if len(text) >= 8 or name == "token"}


def forms_of(tokens: Iterable[str]) -> dict[str, str]:
    """The forms of several tokens."""
    return {f"{name} ({n})": text for n, token in enumerate(tokens) for name, text in forms(token).items()}


def holds(data: bytes, needles: dict[str, str]) -> str | None:
    """The form in which the token is in there, if it is."""
    return next((_plain(name) for name, text in needles.items() if text.encode() in data), None)


def scan(path: Path, where: str, needles: dict[str, str]) -> Secret | None:
    """Look through a file of any size, a piece at a time."""
    overlap = max(len(text.encode()) for text in needles.values())
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            seen = tail + piece
            form = holds(seen, needles)
            if form is not None:
                return Secret(where, form)
            tail = seen[-overlap:]
    return None


def redact(value: Any, needles: dict[str, str]) -> Any:
    """The value with every form of the token blotted out of every string in it, keys too."""
    if isinstance(value, str):
        for text in needles.values():
            value = value.replace(text, REDACTED)
        return value
    if isinstance(value, dict):
        return {redact(key, needles): redact(item, needles) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, needles) for item in value]
    return value


def _plain(form: str) -> str:
    return form.split(" (", maxsplit=1)[0]
