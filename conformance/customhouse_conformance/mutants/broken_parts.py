"""Parts of `reference_importer.common` with a defect: mutants of more than one provider are made with them."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import requests

from reference_importer.common.calls import CallPolicy
from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError, SourceError
from reference_importer.common.progress import Display
from reference_importer.common.sources import Record, SourceReader
from reference_importer.common.transport import Answer, Request, Transport


def one_try(**given: Any) -> CallPolicy:
    """A policy that repeats no call."""
    return CallPolicy(**{**given, "attempts": 1})


class NeedsRows(SourceReader):
    """Takes a source without rows for an error."""

    def records(self) -> Iterator[Record]:
        rows = list(super().records())
        if not rows:
            raise SourceError(f"{self.spec.path} has no rows")
        return iter(rows)


class TakesWhatItCan(SourceReader):
    """Takes the end of what it can read for the end of the source."""

    def columns(self) -> list[str] | None:
        try:
            return super().columns()
        except SourceError:
            return None

    def records(self) -> Iterator[Record]:
        try:
            yield from super().records()
        except SourceError:
            return


class KnocksFirst(Transport):
    """Looks whether the API is up with a call that carries no token."""

    door = "/me"
    knocked = False

    def send(self, request: Request) -> Answer:
        if not self.knocked:
            self.knocked = True
            requests.get(self.base_url + self.door, timeout=self.timeout)
        return super().send(request)


class Verbose(Transport):
    """Prints every request with its headers."""

    def send(self, request: Request) -> Answer:
        prepared = self._prepare(request)
        print(f"> {request.method} {request.path} {dict(prepared.headers)}", file=sys.stderr)  # noqa: T201
        return super().send(request)


class Addressed(Transport):
    """Puts the token in the query string too, where proxies and servers log it."""

    def __init__(self, base_url: str, token: str, headers: Mapping[str, str], timeout: float, clock: Clock) -> None:
        super().__init__(base_url, token, headers, timeout, clock)
        self.token = token

    def send(self, request: Request) -> Answer:
        return super().send(replace(request, query={**request.query, "access_token": self.token}))


class FollowsAnywhere(Transport):
    """Goes wherever it is sent, and shows its token there."""

    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        target = answer.headers.get("Location")
        if target is None:
            return answer
        prepared = self._prepare(request)
        prepared.url = target
        response = self._session().send(prepared, timeout=self.timeout, allow_redirects=False)
        if response.status_code >= 400:
            raise CallError(f"{response.status_code} after a redirect", sent=True)
        return Answer(response.status_code, response.headers, response.json())


class Discreet(Display):
    """Names no row that was refused."""

    def reject(self, name: str, why: str) -> None:
        """Nothing to see."""
