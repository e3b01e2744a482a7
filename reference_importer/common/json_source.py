"""Streams the objects of one array out of a JSON file, with line numbers.

The parser is fed line by line (long lines in pieces), so an item or an error belongs to the line just fed.
An item's line is the one on which it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson  # type: ignore[import-untyped]  # ships no types

from reference_importer.common.errors import SourceError

PIECE = 64 * 1024
BOM = b"\xef\xbb\xbf"
#: Half a surrogate pair is no text and cannot be sent (the parser would write "?"): such a file is refused.
HALF_A_PAIR = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


def read_json(path: Path, root: str | None) -> Iterator[tuple[int, Any]]:
    """(line, item) for each item of the array at `root`, or of the array that the file is.

    Raises SourceError when the file is not whole and valid JSON, or has no array there.
    """
    prefix = f"{root}.item" if root else "item"
    items: Any = ijson.sendable_list()
    parser = ijson.items_coro(items, prefix)
    seen = False
    line = 1
    with path.open("rb") as file:
        for line, piece in _pieces(file):
            _feed(parser, piece, line)
            for item in items:
                seen = True
                yield line, _plain(item)
            items.clear()
    try:
        parser.close()
    except ijson.JSONError as error:
        raise SourceError("the file ends in the middle of its JSON. Is it cut off? Export it again.", line) from error
    if not seen:
        _require_array(path, root)


def _pieces(file: Any) -> Iterator[tuple[int, bytes]]:
    line = 1
    while piece := file.readline(PIECE):
        yield line, piece.removeprefix(BOM) if file.tell() == len(piece) else piece
        line += piece.endswith(b"\n")


def _feed(parser: Any, piece: bytes, line: int) -> None:
    check_pairs(piece, line)
    try:
        parser.send(piece)
    except ijson.JSONError as error:
        raise SourceError(f"not valid JSON ({_reason(error)}). Correct the file and start again.", line) from error


def check_pairs(piece: bytes, line: int) -> None:
    """Refuse escapes that are half a character."""
    if b"\\u" in piece and HALF_A_PAIR.search(piece):
        raise SourceError("half a surrogate pair, which is not text. Export the file again as UTF-8.", line)


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else error
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).splitlines()[0].strip()


def _plain(value: Any) -> Any:
    """The value with decimals as floats, as any JSON writer would read them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _require_array(path: Path, root: str | None) -> None:
    """An array without items is an empty source; no array at all is a mistake."""
    keys: list[str] = []
    with path.open("rb") as file:
        for prefix, event, value in ijson.parse(file):
            if prefix == (root or "") and event == "start_array":
                return
            if prefix == "" and event == "map_key":
                keys.append(value)
    found = f"an object with the keys {', '.join(map(repr, keys))}" if keys else "no array"
    wanted = f"an array at {root!r}" if root else "an array at the top"
    raise SourceError(f"expected {wanted}, found {found}. Say where the records are with --root KEY.")
