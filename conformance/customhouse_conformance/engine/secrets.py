"""Finds the token in files of any size, a piece at a time, within a bound of bytes for all of them together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from customhouse_conformance.facts import Secret
from customhouse_fakes.core.redaction import forms, holds

CHUNK = 1024 * 1024
#: What is looked through of one process' output and files; a single file cannot grow beyond a quarter of it.
SCAN_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the token was found, and the places that were not looked through to their end."""

    secrets: tuple[Secret, ...]
    unread: tuple[str, ...]


def forms_of(tokens: Iterable[str]) -> dict[str, str]:
    """The forms of several tokens."""
    return {f"{name} ({n})": text for n, token in enumerate(tokens) for name, text in forms(token).items()}


def scan(places: Mapping[str, Path], needles: Mapping[str, str]) -> Scan:
    """Look through files, by the names they have in a record, for any of the forms."""
    found: list[Secret] = []
    unread: list[str] = []
    left = SCAN_BYTES
    for where, path in places.items():
        try:
            size = path.stat().st_size
            form = _form_in(path, needles, left)
        except OSError:  # gone meanwhile, or made unreadable by the importer
            unread.append(where)
            continue
        if form is not None:
            found.append(Secret(where, form))
        elif size > left:
            unread.append(where)
        left = max(0, left - size)
    return Scan(tuple(found), tuple(unread))


def _form_in(path: Path, needles: Mapping[str, str], most: int) -> str | None:
    overlap = max(len(text.encode()) for text in needles.values())
    tail = b""
    with path.open("rb") as file:
        while most > 0 and (piece := file.read(min(CHUNK, most))):
            most -= len(piece)
            seen = tail + piece
            form = holds(seen, needles)
            if form is not None:
                return form
            tail = seen[-overlap:]
    return None
