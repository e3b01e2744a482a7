"""The little of ASGI that is needed: read a whole request, send a whole answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from .answers import Answer
from .request import Request

# Further keys of a scope: the connection's transport; whether the request was sent here by another process and stays;
# a function that says whether nothing was read behind it; whether it turned into garbage, which is on record then.
TRANSPORT = "customhouse.transport"
SETTLED = "customhouse.settled"
ALONE = "customhouse.alone"
GARBLED = "customhouse.garbled"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyTooLargeError(Exception):
    """The client sent more than the limit; what was read of it is dropped."""


class ClientGoneError(Exception):
    """The client closed the connection before its request was whole."""


async def read_request(scope: Scope, receive: Receive, limit: int) -> Request:
    """The whole request; a body over `limit` bytes raises `BodyTooLargeError` without being kept."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            break
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    if len(body) > limit:
        raise BodyTooLargeError
    return head_of(scope, body)


def head_of(scope: Scope, body: bytes = b"") -> Request:
    """The request without reading its body. Undecodable bytes in the head are kept as escapes."""
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("latin-1"),
        {_text(name): _text(value) for name, value in scope["headers"]},
        body,
    )


@lru_cache(maxsize=512)
def _text(raw: bytes) -> str:
    """Names and values repeat from call to call: the journal's rows share them."""
    return raw.decode("latin-1")


async def send_answer(send: Send, answer: Answer, *, keep: int | None = None, close: bool = False) -> None:
    """Send an answer; with `keep`, only that many bytes of the body that the head announces."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers.append((b"Content-Length", str(len(answer.body)).encode()))
    if close:
        headers.append((b"Connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    whole = keep is None
    body = answer.body if whole else answer.body[:keep]
    await send({"type": "http.response.body", "body": body, "more_body": not whole})
