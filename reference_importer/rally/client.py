"""Rally's REST calls, by name. No decisions here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reference_importer.common.calls import Caller
from reference_importer.common.errors import CallError
from reference_importer.common.transport import Answer, Request

API = "/api/public/v1"
PAGE = 100
"""The largest page (contract, section 1)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a call was refused: the messages, and which places of the request each of them names."""

    status: int
    message: str
    paths: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> Problem:
        errors = answer.body.get("errors")
        items = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
        if 300 <= answer.status < 400:
            words = f"redirected to {answer.headers.get('Location', 'nowhere')!r}; not followed, the token stays here"
            return cls(answer.status, words)
        messages = "; ".join(dict.fromkeys(str(one.get("message")) for one in items[:5]))
        paths = tuple(tuple(map(str, one.get("path") or ())) for one in items)
        return cls(answer.status, messages or answer.text or "no explanation", paths)


class Client:
    """One workspace. Every method returns the answer, whatever its status; see Caller.call for what is raised."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def import_people(self, body: dict[str, Any]) -> Answer:
        """Repeatable: the same people with the same values, imported twice, are as if they were imported once."""
        return self.caller.call(Request("POST", f"{API}/people/import", body))

    def import_status(self, import_id: str) -> Answer:
        return self.caller.call(Request("GET", f"{API}/imports/{quote(import_id, safe='')}"))

    def opted_out(self, email: str) -> Answer:
        """Who has an e-mail: the person's id, and whether they have opted out; 404 for nobody."""
        return self.caller.call(Request("GET", f"{API}/people/{quote(email, safe='')}/opted-out"))

    def create_properties(self, definitions: list[dict[str, Any]]) -> Answer:
        return self.caller.call(Request("POST", f"{API}/properties/import", definitions))

    def properties(self) -> Iterator[dict[str, Any]]:
        """Every property of the workspace. Raises CallError when a page is refused."""

        def page(cursor: str | None) -> Answer:
            query = {"size": str(PAGE)} | ({"startCursor": cursor} if cursor else {})
            return self.caller.call(Request("GET", f"{API}/properties", query=query))

        for answer in _pages("the properties", page):
            yield from _results(answer)

    def people(self, attach: Sequence[str], ids: Sequence[str] = ()) -> Iterator[Answer]:
        """Pages of a search: of everybody, or of those with `ids`. Raises CallError when one is refused."""

        def page(cursor: str | None) -> Answer:
            body: dict[str, Any] = {"attachProperties": list(attach)} | ({"peopleIds": list(ids)} if ids else {})
            body["pageInfo"] = {"size": PAGE} | ({"startCursor": cursor} if cursor else {})
            return self.caller.call(Request("POST", f"{API}/people/search", body))

        return _pages("the people", page)


def found_people(answer: Answer) -> list[dict[str, Any]]:
    """The people on a page of a search."""
    return _results(answer)


def _results(answer: Answer) -> list[dict[str, Any]]:
    results = answer.body.get("results")
    return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []


def _pages(what: str, page: Callable[[str | None], Answer]) -> Iterator[Answer]:
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        answer = page(cursor)
        if not answer.ok:
            problem = Problem.of(answer)
            words = f"{what} could not be read: {problem.status} {problem.message}"
            raise CallError(words, sent=True, status=answer.status)
        yield answer
        info = answer.body.get("pageInfo")
        info = info if isinstance(info, dict) else {}
        cursor = str(info["endCursor"]) if info.get("hasNextPage") and info.get("endCursor") else None
        if cursor is None:
            return
        if cursor in seen:
            raise CallError(f"{what} could not be read: the pages repeat themselves", sent=True)
        seen.add(cursor)
