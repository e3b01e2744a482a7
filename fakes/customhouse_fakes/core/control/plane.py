"""The control plane as an ASGI application: the Flask app, and the event stream that outlives a request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from customhouse_fakes.core import wsgi
from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.asgi import (
    BodyTooLargeError,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    read_request,
    send_answer,
)
from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.core.request import Request
from customhouse_fakes.core.sandbox import Sandbox

from .app import PREFIX, Addressed, build
from .problems import body_of

BODY_LIMIT = 64 * 1024 * 1024
QUEUE_LIMIT = 10_000
EVENTS = f"{PREFIX}/events"


class ControlPlane:
    """Serves `/_customhouse/...` on the port of one provider."""

    def __init__(self, registry: Registry, addresses: Mapping[str, Addressed], provider: str, token: str) -> None:
        self._registry = registry
        self._app = build(registry, addresses, provider, token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await read_request(scope, receive, BODY_LIMIT)
        except ClientGoneError:
            return
        except BodyTooLargeError:
            await send_answer(send, _problem(413, "too-large", f"over {BODY_LIMIT} bytes"), close=True)
            return
        answer = wsgi.call(self._app, request)
        if request.path == EVENTS and answer.status == 200:
            await self._stream(request, receive, send)
        else:
            await send_answer(send, answer)

    async def _stream(self, request: Request, receive: Receive, send: Send) -> None:
        """Server-sent events: one `exchange` for each journal row of `?sandbox=ID`, or of all that exist now."""
        wanted = parse_qs(request.query_string).get("sandbox")
        try:
            sandboxes = [self._registry.get(id) for id in wanted or self._registry.sandboxes]
        except HarnessError as error:
            await send_answer(send, _problem(error.status, error.code, error.args[0]))
            return
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LIMIT)
        unsubscribe = [sandbox.journal.subscribe(_feeder(queue, sandbox)) for sandbox in sandboxes]
        try:
            await _send_events(queue, receive, send)
        finally:
            for stop in unsubscribe:
                stop()


def _feeder(queue: asyncio.Queue[bytes], sandbox: Sandbox) -> Any:
    def feed(row: Exchange) -> None:
        data = {"sandbox": sandbox.id, **row.to_json(sandbox.secrets())}
        if queue.full():  # a reader too slow for the traffic loses the oldest; the numbers `n` show the gap
            queue.get_nowait()
        queue.put_nowait(b"event: exchange\ndata: " + orjson.dumps(data) + b"\n\n")

    return feed


async def _send_events(queue: asyncio.Queue[bytes], receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b": listening\n\n", "more_body": True})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while not gone.done():
            event = asyncio.ensure_future(queue.get())
            done, _ = await asyncio.wait({gone, event}, return_when=asyncio.FIRST_COMPLETED)
            if event in done:
                await send({"type": "http.response.body", "body": event.result(), "more_body": True})
            else:
                event.cancel()
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _problem(status: int, code: str, detail: str, problems: Iterable[str] = ()) -> Answer:
    return Answer(status, body_of(status, code, detail, list(problems)), {"Content-Type": "application/problem+json"})
