"""The source as another system's API: ``GET url?cursor=…&limit=n``, page by page.

Each answer is ``{"clients": [{…}, …], "next": "cursor" | null}``. Pages may hold fewer clients than asked for; only a
null ends the list, so that an answer which is no page (an error with status 200, say) never passes for the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_importer.common.calls import Caller
from reference_importer.common.errors import CallError, SourceError
from reference_importer.common.sources import Record
from reference_importer.common.transport import Request

PEER = "the source"
LIMIT = 500
FATAL = {
    401: "the source's token was refused. Is SOURCE_TOKEN set and still valid?",
    403: "the source's token may not read the clients. Give it the permission.",
}


class UpstreamReader:
    """Reads the whole list. Throttling, failures and stalls are the caller's to wait out, within its limits."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def columns(self) -> list[str] | None:
        """An API has no header."""
        return None

    def records(self) -> Iterator[Record]:
        """Every client, numbered as they come. Raises SourceError or RefusedError when the list is not whole."""
        number, cursor, seen = 0, None, set[str]()
        while True:
            clients, cursor = self.page(cursor)
            for client in clients:
                number += 1
                if not isinstance(client, dict):
                    raise SourceError(f"client {number} of the source is no object, but a {type(client).__name__}.")
                yield Record(number, client)
            if cursor is None:
                return
            if cursor in seen:
                raise SourceError("the source gave the same cursor twice and would never end. Report it to its maker.")
            seen.add(cursor)

    def page(self, cursor: str | None) -> tuple[list[Any], str | None]:
        """The clients at `cursor` (None: the first ones) and the next cursor (None: there are no more)."""
        query = {"limit": str(LIMIT)} | ({} if cursor is None else {"cursor": cursor})
        try:
            answer = self._caller.call(Request("GET", "", query=query))
        except CallError as error:
            raise SourceError(f"the source could not be read ({error}). Start again later.") from error
        clients, following = answer.body.get("clients"), answer.body.get("next", ...)
        if not answer.ok or not isinstance(clients, list) or not isinstance(following, (str, int, type(None))):
            words = f"the source answered {answer.status} with something that is no page ({answer.text[:80]!r})."
            raise SourceError(f'{words} Expected {{"clients": […], "next": "…" or null}}.')
        return clients, None if following is None else str(following)
