"""The requests, built before the clock starts: bytes that a socket can send as they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import orjson

ATTRIBUTES = (("plan", "string"), ("seats", "integer"), ("newsletter", "boolean"))
PAGE = 150


def request(method: str, path: str, token: str, document: object = None) -> bytes:
    """One HTTP/1.1 request with what clients usually send along."""
    body = b"" if document is None else orjson.dumps(document)
    head = (
        f"{method} {path} HTTP/1.1\r\n"
        "Host: localhost\r\n"
        "User-Agent: customhouse-bench\r\n"
        "Accept: application/json\r\n"
        f"Authorization: Bearer {token}\r\n"
        "Intercom-Version: 2.14\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def person(number: int) -> dict[str, Any]:
    """A contact of about 300 bytes."""
    return {
        "role": "user",
        "external_id": f"bench-{number:08d}",
        "email": email(number),
        "name": f"Wilhelmina Example {number}",
        "phone": f"+49 30 {number:08d}",
        "signed_up_at": 1_700_000_000 + number,
        "unsubscribed_from_emails": False,
        "custom_attributes": {"plan": "enterprise", "seats": number % 500, "newsletter": number % 2 == 0},
    }


def email(number: int) -> str:
    return f"wilhelmina.{number}@bench.example.com"


def definitions(token: str) -> list[bytes]:
    """The attributes that `person` has."""
    return [
        request("POST", "/data_attributes", token, {"name": name, "model": "contact", "data_type": type})
        for name, type in ATTRIBUTES
    ]


def creates(token: str, first: int, count: int) -> list[bytes]:
    return [request("POST", "/contacts", token, person(number)) for number in range(first, first + count)]


def updates(token: str, ids: Sequence[str], count: int) -> list[bytes]:
    """Two fields of known contacts, again and again."""
    return [
        request("PUT", f"/contacts/{id}", token, {"name": f"Renamed {turn}", "custom_attributes": {"seats": turn}})
        for turn, id in enumerate(islice(cycle(ids), count))
    ]


def gets(token: str, ids: Sequence[str], count: int) -> list[bytes]:
    return [request("GET", f"/contacts/{id}", token) for id in islice(cycle(ids), count)]


def searches(token: str, contacts: int, count: int) -> list[bytes]:
    """By e-mail, all over the workspace, none twice in a row."""
    return [
        request(
            "POST",
            "/contacts/search",
            token,
            {"query": {"field": "email", "operator": "=", "value": email(turn * 7919 % contacts)}},
        )
        for turn in range(count)
    ]


def pages(token: str, count: int) -> list[bytes]:
    """The first page of the list, as long as pages may be."""
    return [request("GET", f"/contacts?per_page={PAGE}", token)] * count
