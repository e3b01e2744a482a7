"""Requests around the good ones: most of each is as it should be, and anything in it may be anything."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from customhouse_fakes.intercom.http.routes import Route

SAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("samples.json").read_text())
ARGUMENT = re.compile(r"<(?:\w+:)?\w+>")
PLACEHOLDERS = (
    "@user", "@lead", "@archived", "@merged", "@company", "@tag", "@attribute", "@job", "@subscription", "@admin",
)  # fmt: skip
QUERY_KEYS = (
    "per_page", "page", "starting_after", "scroll_param", "company_id", "name", "tag_id", "order", "model",
    "include_archived", "include_merge_history", "email", "no_such_key",
)  # fmt: skip
VERSIONS = ("Preview", "2.16", "2.3", "1.4", "", "9.9", "Unstable", "2.16\t", "é" * 300)
ACCEPTS = ("*/*", "application/json", "text/html", "application/json;q=0", ",;=", "*")


@dataclass(frozen=True)
class Sent:
    """A request with placeholders where ids go."""

    target: str
    body: bytes | None
    headers: dict[str, str]

    def names(self, placeholder: str) -> bool:
        return placeholder in self.target or placeholder.encode() in (self.body or b"")

    def filled(self, ids: dict[str, str]) -> Sent:
        target, body = self.target, self.body
        for name, id in ids.items():
            target = target.replace(name, id)
            body = body.replace(name.encode(), id.encode()) if body else body
        return Sent(target, body, self.headers)


def sample(operation: str) -> Sent:
    """The good request of an operation."""
    known = SAMPLES[operation]
    body = json.dumps(known["body"]).encode() if "body" in known else None
    return Sent(known["target"], body, {"Intercom-Version": "Preview"})


def with_body(operation: str, document: Any) -> Sent:
    """The good request of an operation with another body."""
    return replace(sample(operation), body=json.dumps(document).encode())


# ---- values ----

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


def bodies(operation: str) -> st.SearchStrategy[bytes | None]:
    """Bodies of an operation. One that takes none gets bodies that nobody asked for."""
    document = SAMPLES[operation].get("body", {})
    texts = around(document).map(lambda document: json.dumps(document).encode())
    return texts | corrupted(json.dumps(document).encode()) | st.binary(max_size=50) | st.none()


# ---- addresses and heads ----

SEGMENTS = st.sampled_from(PLACEHOLDERS) | st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe=""))
SEGMENTS |= st.sampled_from((
    "%00", "..", "%2e%2e", "%2F", "%2e%2e%2f", "%ff", "%C3%28", "%0d%0aX:%20y", "0", "-1", "9" * 400, "a" * 5000, "%25",
    "%", "null", "@user%00", "@user%20", "%F0%9F%98%80", ";", ":", "@user;x=1", "&", "=", "+",
))  # fmt: skip
CURSORS = st.tuples(ANYTHING, ANYTHING | st.just("@user"), ANYTHING | st.just(2)).map(
    lambda parts: base64.b64encode(json.dumps(parts).encode()).decode()
)
VALUES = CURSORS | st.text(max_size=8) | st.sampled_from(ODD).map(str)
PAIRS = st.lists(st.tuples(st.sampled_from(QUERY_KEYS), VALUES.map(lambda value: value[:2000])), max_size=4)
QUERIES = PAIRS.map(urlencode) | st.sampled_from(
    ("&&", "=", "per_page", "per_page=%ff", "page=%00", "?", "page[]=1", "%")
)
HEADERS = st.fixed_dictionaries(
    {"Intercom-Version": st.sampled_from(VERSIONS)}, optional={"Accept": st.sampled_from(ACCEPTS)}
)


def targets(route: Route) -> st.SearchStrategy[str]:
    """Addresses of a route, with this and that for its arguments and in its query string."""
    pieces = ARGUMENT.split(route.path)
    arguments = st.tuples(*(SEGMENTS for _ in pieces[1:]))

    def joined(filled: tuple[str, ...], query: str) -> str:
        return pieces[0] + "".join(map("".join, zip(filled, pieces[1:], strict=True))) + f"?{query}"

    return st.builds(joined, arguments, QUERIES)


def requests(route: Route) -> st.SearchStrategy[Sent]:
    """Requests for an operation with an odd address, an odd head or an odd body; the rest may be good."""
    good = sample(route.operation)
    address = st.just(good.target) | targets(route)
    return st.builds(Sent, address, st.just(good.body) | bodies(route.operation), st.just(good.headers) | HEADERS)
