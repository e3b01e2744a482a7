"""What an app's answer to a page is (contract sections 2.2 to 2.4). Pure: an outcome in, a reading out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.outcome import Outcome


@dataclass(frozen=True, slots=True)
class PageReading:
    """`event` is one of the machine's; `why` says what was odd, None when nothing was."""

    event: str
    clients: list[Any]
    why: str | None = None


def read_page(outcome: Outcome, per_page: int) -> PageReading:
    """Whether a page is full, short or over, whether clients are missing, or why it is no page at all."""
    if outcome.answer is None:
        return _bad(outcome.why or "no answer", "no_address" if outcome.failure == "target" else "bad_answer")
    try:
        clients = _clients(outcome.answer)
    except _UnreadableError as problem:
        return _bad(str(problem))
    if clients is None:
        return PageReading("clients_missing", [], "data.clients is missing or null")
    return _sized(clients, per_page)


def read_done(outcome: Outcome) -> str | None:
    """What was odd about the answer to page=-1, None when nothing was. Its body is ignored (section 2.3)."""
    if outcome.answer is None:
        return f"page=-1 was not answered: {outcome.why}"
    if not 200 <= outcome.answer.status < 300:
        return f"page=-1 was answered with {outcome.answer.status}"
    reading = read_page(outcome, 0)
    return "the answer to page=-1 holds clients; they are ignored" if reading.clients else None


class _UnreadableError(Exception):
    """Why an answer is no page."""


def _clients(answer: Answer) -> list[Any] | None:
    """`data.clients`, None when it is missing or null."""
    if (problem := _problem(answer)) is not None:
        raise _UnreadableError(problem)
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise _UnreadableError(f"the body is not JSON ({error})") from error
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict | None):
        raise _UnreadableError('the body is not of the form {"data": {"clients": […]}}')
    clients: object = (document.get("data") or {}).get("clients")
    if clients is not None and not isinstance(clients, list):
        raise _UnreadableError("data.clients is not a list")
    return clients


def _sized(clients: list[Any], per_page: int) -> PageReading:
    if len(clients) > per_page:
        return PageReading("page_over", clients, f"{len(clients)} clients on a page of {per_page}")
    return PageReading("page_full" if len(clients) == per_page else "page_short", clients)


def _problem(answer: Answer) -> str | None:
    if 300 <= answer.status < 400:
        return f"the answer is a redirect ({answer.status}), which is not followed"
    if not 200 <= answer.status < 300:
        return f"the answer has the status {answer.status}"
    content_type = next((value for name, value in answer.headers.items() if name.lower() == "content-type"), "")
    if "json" not in content_type.lower():
        stated = f"has the Content-Type {content_type}" if content_type else "has no Content-Type"
        return f"the answer {stated}, and must have application/json"
    return None


def _bad(why: str, event: str = "bad_answer") -> PageReading:
    return PageReading(event, [], why)
