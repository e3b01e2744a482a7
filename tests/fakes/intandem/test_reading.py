"""What an answer is, without a socket."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.outcome import Outcome
from customhouse_fakes.core.request import Request
from customhouse_fakes.intandem.puller.reading import read_done, read_page

ASKED = Request("GET", "/app/clients/export", "page=1", {}, b"")
JSON = {"content-type": "application/json; charset=utf-8"}


def outcome(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Outcome:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Outcome(ASKED, 1.0, Answer(status, raw, JSON if headers is None else headers))


def clients(count: int) -> dict[str, Any]:
    return {"data": {"clients": [{"first_name": "A"}] * count}}


@pytest.mark.parametrize(
    ("answer", "event", "words"),
    [
        (outcome(clients(2)), "page_full", None),
        (outcome(clients(1)), "page_short", None),
        (outcome(clients(0)), "page_short", None),
        (outcome(clients(3)), "page_over", "3 clients on a page of 2"),
        (outcome({"data": None}), "clients_missing", "missing or null"),
        (outcome({"data": {}}), "clients_missing", "missing or null"),
        (outcome({"data": {"clients": None}}), "clients_missing", "missing or null"),
        (outcome({}), "clients_missing", "missing or null"),
        (outcome({"data": {"clients": {}}}), "bad_answer", "not a list"),
        (outcome({"data": []}), "bad_answer", "not of the form"),
        (outcome([]), "bad_answer", "not of the form"),
        (outcome(b"{"), "bad_answer", "not JSON"),
        (outcome(b"\xff"), "bad_answer", "not JSON"),
        (outcome(clients(1), headers={"Content-Type": "text/html"}), "bad_answer", "has the Content-Type text/html"),
        (outcome(clients(1), headers={}), "bad_answer", "has no Content-Type, and must have application/json"),
        (outcome(clients(1), status=500), "bad_answer", "status 500"),
        (outcome(clients(1), status=404), "bad_answer", "status 404"),
        (outcome(b"", status=302), "bad_answer", "redirect (302)"),
        (outcome(clients(2), status=201), "page_full", None),
        (Outcome(ASKED, 1.0, None, "timeout", "no answer within 30 s"), "bad_answer", "no answer within 30 s"),
        (Outcome(ASKED, 1.0, None, "target", "not on the list"), "no_address", "not on the list"),
    ],
)
def test_a_page(answer: Outcome, event: str, words: str | None) -> None:
    reading = read_page(answer, 2)
    assert reading.event == event
    assert (reading.why is None) == (words is None)
    assert words is None or words in str(reading.why)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (outcome(clients(0)), None),
        (outcome(b"anything"), None),
        (outcome(clients(1)), "holds clients"),
        (outcome(b"", status=500), "answered with 500"),
        (Outcome(ASKED, 1.0, None, "unreachable", "connection refused"), "not answered: connection refused"),
    ],
)
def test_the_answer_to_minus_one(answer: Outcome, words: str | None) -> None:
    odd = read_done(answer)
    assert (odd is None) == (words is None)
    assert words is None or words in str(odd)
