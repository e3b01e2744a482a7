"""HTTP to the outside: the fake as a client. Blocking `requests` in threads; the loop gets a finished `Outcome`.

Nothing here raises for what the other side does: no answer is an outcome like any other.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from .answers import Answer
from .clock import monotonic
from .errors import TargetError
from .outcome import Failure, Outcome
from .request import Request
from .targets import Targets
from .tasks import in_thread

ANSWER_LIMIT = 64 * 1024 * 1024
CHUNK = 256 * 1024


class Caller:
    """One keep-alive conversation: calls one after another over the same connections. Close it."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._sockets: list[socket.socket] = []
        self._session = _Session()
        self._session.trust_env = False
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _GuardedAdapter(targets, self._sockets))

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        timeout_s: float,
        body: bytes = b"",
        follow_redirects: bool = False,
    ) -> Outcome:
        """Send one request and wait for its whole answer, at most `timeout_s` in all (real time, not the sandbox's)."""
        began = monotonic()
        sent = _as_sent(method, url, headers, body)
        call = in_thread(self._send, method, url, dict(headers), body, timeout_s, follow_redirects)
        try:
            async with asyncio.timeout(timeout_s):
                answer = await call
        except (TimeoutError, requests.Timeout):
            self._hang_up()
            return _failed(sent, began, "timeout", f"no answer within {timeout_s:g} s")
        except TargetError as error:
            return _failed(sent, began, "target", str(error))
        except _TooLargeError:
            return _failed(sent, began, "too-large", f"the answer is over {ANSWER_LIMIT} bytes")
        except (requests.RequestException, OSError, ValueError) as error:
            return _failed(sent, began, *_explain(error))
        except asyncio.CancelledError:
            self._hang_up()
            raise
        return Outcome(sent, (monotonic() - began) * 1000, answer)

    def close(self) -> None:
        self._hang_up()
        self._session.close()

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes, timeout_s: float, follow: bool
    ) -> Answer:
        self._targets.check(url)
        self._session.follows = follow
        with self._session.request(
            method,
            url,
            headers=headers,
            data=body or None,
            timeout=timeout_s,
            allow_redirects=follow,
            stream=True,
        ) as response:
            received = bytearray()
            for chunk in response.iter_content(CHUNK):
                received += chunk
                if len(received) > ANSWER_LIMIT:
                    raise _TooLargeError
            return Answer(response.status_code, bytes(received), dict(response.headers))

    def _hang_up(self) -> None:
        """Shut every socket down, so that a thread which still waits on one comes back at once."""
        while self._sockets:
            with suppress(OSError):
                self._sockets.pop().shutdown(socket.SHUT_RDWR)


class _TooLargeError(Exception):
    """The answer is longer than anybody needs."""


class _Session(requests.Session):
    """Never reads the body of a redirect by itself, as `requests` does: it may have no end."""

    follows = False

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where to go on; None when a redirect is an answer like any other."""
        target = super().get_redirect_target(resp) if self.follows else None
        if target is not None:
            resp.close()
        return target


class _GuardedAdapter(HTTPAdapter):
    """Checks the target of every hop, and the connected peer, which DNS may have made another one by then."""

    def __init__(self, targets: Targets, sockets: list[socket.socket]) -> None:
        self._targets = targets
        super().__init__()
        connection, secure = _connections(targets, sockets)
        http = type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": connection})
        https = type("GuardedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure})
        self.poolmanager.pool_classes_by_scheme = {"http": http, "https": https}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self._targets.check(request.url or "")
        return super().send(request, *args, **kwargs)

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:  # noqa: ARG002 - there are none
        """The path as it was given: `//app` stays `//app`, which some versions of requests would tidy up."""
        return request.path_url


def _connections(targets: Targets, sockets: list[socket.socket]) -> tuple[type[HTTPConnection], type[HTTPSConnection]]:
    def checked(sock: socket.socket, host: str) -> socket.socket:
        try:
            targets.check_peer(host, sock.getpeername()[0])
        except TargetError:
            sock.close()
            raise
        sockets[:] = [one for one in sockets if one.fileno() != -1]
        sockets.append(sock)
        return sock

    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn(), self.host)

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn(), self.host)

    return Connection, SecureConnection


def _as_sent(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    parts = urlsplit(url)
    named = {"host": parts.netloc} | {name.lower(): value for name, value in headers.items()}
    return Request(method, parts.path, parts.query, named, body)


def _failed(request: Request, began: float, failure: Failure, why: str) -> Outcome:
    return Outcome(request, (monotonic() - began) * 1000, None, failure, why)


def _explain(error: Exception) -> tuple[Failure, str]:
    numbers = {cause.errno for cause in _causes(error) if isinstance(cause, OSError)}
    if errno.ECONNREFUSED in numbers:
        return "unreachable", "connection refused"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "broken", "the answer broke off or cannot be decoded"
    if isinstance(error, requests.ConnectionError | OSError) and not isinstance(error, requests.exceptions.InvalidURL):
        return "broken", f"the connection broke before the whole answer came ({_innermost(error)})"
    return "unreachable", f"the request cannot be sent: {error}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        inner = [part for part in seen.args if isinstance(part, BaseException)]
        seen = inner[0] if inner else getattr(seen, "reason", None) or seen.__cause__ or seen.__context__
        if not isinstance(seen, BaseException):
            return


def _innermost(error: BaseException) -> str:
    *_, last = _causes(error)
    return type(last).__name__
