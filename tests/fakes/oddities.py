"""Odd values, odd places for them and odd bytes: what any request can be spoilt with, whoever's it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    [], {}, None, True, 0, -1, 1.5, 2**40 - 1, 2**63, 10**30, 1e308, "", "--5", "null", "AND", "@user", "@archived",
    "9" * 5000, "a" * 300, "\0\r\n", "\u202e\U0001f600", "²", [None], [[]], [{}], {"": None}, {"id": {}},
)  # fmt: skip
ANYTHING = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NOTHING = object()
Place = tuple[str | int, ...]


def places(document: Any) -> list[Place]:
    """Where the parts of a document are: the whole of it, and the keys and indices that lead to each part."""
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = enumerate(document)
    return [(), *((key, *place) for key, part in parts for place in places(part))]


def replaced(document: Any, place: Place, value: Any) -> Any:
    """The document with another part at a place, or without it (`NOTHING`); unknown places change nothing."""
    if not place:
        return {} if value is NOTHING else value
    key, rest = place[0], place[1:]
    if isinstance(document, list) and isinstance(key, int) and key < len(document):
        part = replaced(document[key], rest, value)
        return [*document[:key], *([] if _goes(rest, value) else [part]), *document[key + 1 :]]
    if isinstance(document, dict) and isinstance(key, str) and (key in document or not rest):
        others = {name: part for name, part in document.items() if name != key}
        return others if _goes(rest, value) else {**others, key: replaced(document.get(key), rest, value)}
    return document


def _goes(rest: Place, value: Any) -> bool:
    return value is NOTHING and not rest


def each_part_odd(document: Any) -> Iterator[Any]:
    """The document with one of its parts left out, or replaced by something odd; all of these."""
    return (replaced(document, place, value) for place in places(document) for value in (NOTHING, *ODD))


def around(document: Any) -> st.SearchStrategy[Any]:
    """The document with up to three of its parts replaced, left out, or joined by others."""
    known, new = st.sampled_from(places(document)), st.text(max_size=8)
    where = known | known | st.builds(lambda place, key: (*place, key), known, new)
    changes = st.lists(st.tuples(where, ANYTHING | st.just(NOTHING)), min_size=1, max_size=3)
    return changes.map(lambda changes: reduce(lambda changed, change: replaced(changed, *change), changes, document))


# ---- bytes ----

SPANNERS = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"1e400", b"-", b"NaN", b"[" * 2000, b"\\ud800", b'"', b"}", b",", b"//", b"0",
)  # fmt: skip


def corrupted(text: bytes) -> st.SearchStrategy[bytes]:
    """The text cut off somewhere, or with a spanner thrown into it."""
    somewhere = st.integers(0, len(text))
    thrown = st.builds(lambda at, spanner: text[:at] + spanner + text[at:], somewhere, st.sampled_from(SPANNERS))
    return thrown | somewhere.map(lambda at: text[:at])
