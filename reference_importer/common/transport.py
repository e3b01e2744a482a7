"""One HTTP call: bounded in time, never redirected, its answer parsed or declared unusable."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

from reference_importer.common.clock import Clock
from reference_importer.common.errors import CallError
from reference_importer.common.watchdog import Watchdog, WatchedAdapter

EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `repeatable` is False when sending it twice could do its work twice."""

    method: str
    path: str
    body: dict[str, Any] | list[Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `body` is the JSON object, or empty when the body was none; `text` is its beginning."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]
    text: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class BearerAuth(AuthBase):
    """Sets the header itself; given as `auth` so that no .netrc file can replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """Sends requests to one origin. Each thread has its own session and connection."""

    def __init__(self, base_url: str, token: str, headers: Mapping[str, str], timeout: float, clock: Clock) -> None:
        self.base_url, self.timeout = base_url.rstrip("/"), timeout
        self.headers = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        self._auth = BearerAuth(token)
        self._watchdog = Watchdog(clock)
        self._local = threading.local()

    def send(self, request: Request) -> Answer:
        """The answer, whatever its status. Raises CallError when there is none that can be understood."""
        try:
            with self._watchdog.guard(self.timeout) as guard:
                response = self._session().send(
                    self._prepare(request), timeout=self.timeout, allow_redirects=False, proxies=self._proxies()
                )
        except requests.exceptions.ConnectTimeout as error:
            raise CallError(f"no connection to {self.base_url} within {self.timeout:g} s", sent=False) from error
        except requests.exceptions.ReadTimeout as error:
            raise CallError(f"no answer within {self.timeout:g} s", sent=True) from error
        except (requests.RequestException, OSError, ValueError) as error:
            if guard.expired:
                raise CallError(f"the answer was not complete within {self.timeout:g} s", sent=True) from error
            raise CallError(_broken(error, self.base_url), sent=not _never_connected(error)) from error
        return _understood(response)

    def _prepare(self, request: Request) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        body = None if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
        prepared.prepare(
            request.method, self.base_url + request.path, dict(self.headers), data=body, params=request.query,
            auth=self._auth,
        )  # fmt: skip
        return prepared

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
            session.mount("http://", WatchedAdapter())
            session.mount("https://", WatchedAdapter())
        return session

    def _proxies(self) -> dict[str, str]:
        found: dict[str, str] | None = getattr(self._local, "proxies", None)
        if found is None:
            found = self._local.proxies = dict(get_environ_proxies(self.base_url))
        return found


def _never_connected(error: Exception) -> bool:
    """True when the connection itself was refused or could not be made, so nothing can have been sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _broken(error: Exception, base_url: str) -> str:
    if _never_connected(error):
        return f"cannot connect to {base_url}; is the address right, and the network up?"
    return f"the connection broke before the answer was complete ({type(error).__name__})"


def _understood(response: requests.Response) -> Answer:
    """Errors may come as anything (proxies answer HTML); a success must be a JSON object, and JSON must be whole."""
    text = response.content[:EXCERPT].decode("utf-8", "replace")
    try:
        body = {} if response.status_code == 204 else json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        status, is_json = response.status_code, "json" in response.headers.get("Content-Type", "")
        if 200 <= status < 300 or (is_json and response.content):
            raise CallError(f"{status} with a body that is no JSON object: {text[:80]!r}", sent=True, status=status)
        body = {}
    return Answer(response.status_code, response.headers, body, text)
