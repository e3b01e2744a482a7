"""Requests around the good ones: most of each is as it should be, and anything in it may be anything."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from customhouse_fakes.intercom.http.routes import Route
from tests.fakes.oddities import ANYTHING, ODD, around, corrupted

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


# ---- bodies ----


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
