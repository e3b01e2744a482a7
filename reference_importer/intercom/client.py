"""Intercom's REST calls, by name. No decisions here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reference_importer.common.calls import Caller
from reference_importer.common.errors import CallError, RowError
from reference_importer.common.transport import Answer, Request

DEFAULT_VERSION = "2.14"
PAGE = 150
"""The largest page that GET /contacts gives (contracts, section 2.7)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The first error of Intercom's error list; the beginning of the body when there is none."""

    status: int
    code: str
    message: str

    @classmethod
    def of(cls, answer: Answer) -> Problem:
        errors = answer.body.get("errors")
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        if 300 <= answer.status < 400:
            words = f"redirected to {answer.headers.get('Location', 'nowhere')!r}; not followed, the token stays here"
            return cls(answer.status, "redirect", words)
        message = str(first.get("message") or answer.text or "no explanation")
        return cls(answer.status, str(first.get("code") or f"http_{answer.status}"), message)

    def rejection(self) -> RowError:
        return RowError(self.message, self.code, self.status)


class Client:
    """One workspace. Every method returns the answer, whatever its status; see Caller.call for what is raised."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def create(self, body: dict[str, Any], *, repeatable: bool) -> Answer:
        return self.caller.call(Request("POST", "/contacts", body, repeatable=repeatable))

    def read(self, contact_id: str) -> Answer:
        return self.caller.call(Request("GET", _contact(contact_id)))

    def update(self, contact_id: str, body: dict[str, Any]) -> Answer:
        return self.caller.call(Request("PUT", _contact(contact_id), body))

    def archive(self, contact_id: str) -> Answer:
        return self.caller.call(Request("POST", _contact(contact_id) + "/archive"))

    def unarchive(self, contact_id: str) -> Answer:
        return self.caller.call(Request("POST", _contact(contact_id) + "/unarchive"))

    def attributes(self, *, archived: bool = False) -> Answer:
        query = {"model": "contact"} | ({"include_archived": "true"} if archived else {})
        return self.caller.call(Request("GET", "/data_attributes", query=query))

    def define(self, name: str, data_type: str) -> Answer:
        body = {"name": name, "model": "contact", "data_type": data_type}
        return self.caller.call(Request("POST", "/data_attributes", body))

    def page(self, cursor: str | None = None) -> Answer:
        """One page of all active contacts. Unlike the search, the list shows a contact as soon as it is there."""
        query = {"per_page": str(PAGE)} | ({"starting_after": cursor} if cursor else {})
        return self.caller.call(Request("GET", "/contacts", query=query))

    def contacts(self, first: Answer | None = None) -> Iterator[dict[str, Any]]:
        """All active contacts, page by page, beginning with the page already read, if given.

        Raises CallError when a page is refused or the cursor goes in circles.
        """
        seen: set[str] = set()
        answer = first or self.page()
        while True:
            if not answer.ok:
                raise CallError(f"the list of contacts: {Problem.of(answer).message}", sent=True, status=answer.status)
            yield from (one for one in answer.body.get("data") or [] if isinstance(one, dict))
            cursor = next_cursor(answer)
            if cursor is None:
                return
            if cursor in seen:
                raise CallError("the list of contacts repeats itself", sent=True)
            seen.add(cursor)
            answer = self.page(cursor)


def next_cursor(answer: Answer) -> str | None:
    """Where the next page starts; None on the last one, where `next` is absent or null."""
    pages = answer.body.get("pages")
    following = pages.get("next") if isinstance(pages, dict) else None
    cursor = following.get("starting_after") if isinstance(following, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _contact(contact_id: str) -> str:
    return f"/contacts/{quote(contact_id, safe='')}"
