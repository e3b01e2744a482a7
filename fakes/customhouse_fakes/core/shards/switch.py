"""The switch in front of a provider's port: a request whose sandbox lives elsewhere is sent there with its connection.

Vendor requests go by their credential, control requests by the sandbox they name; what concerns all processes is
answered from all of them (`merging`).
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import parse_qs

import orjson

from customhouse_fakes.core.asgi import ALONE, SETTLED, TRANSPORT, Application, Receive, Scope, Send, head_of
from customhouse_fakes.core.control.app import PREFIX
from customhouse_fakes.core.control.plane import BODY_LIMIT as CONTROL_BODY_LIMIT
from customhouse_fakes.core.provider import Dialect
from customhouse_fakes.core.registry import DEVELOPMENT

from . import merging
from .handover import again
from .shard import Shard

Message = dict[str, object]
#: What any process can answer for all.
COMMON = frozenset({"health", "version", "provenance"})


class Switch:
    """An ASGI application around the one that serves a provider here."""

    def __init__(self, inner: Application, provider: str, dialect: Dialect, shard: Shard, body_limit: int) -> None:
        self._inner = inner
        self._provider = provider
        self._dialect = dialect
        self._shard = shard
        self._homes = shard.homes
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get(SETTLED) or _is_inside(scope):
            await self._inner(scope, receive, send)
        elif scope["path"].startswith(f"{PREFIX}/"):
            await self._control(scope, receive, send)
        else:
            await self._vendor(scope, receive, send)

    async def _vendor(self, scope: Scope, receive: Receive, send: Send) -> None:
        credential = self._dialect.credential(head_of(scope))
        if credential is not None:
            await self._to(self._homes.home(credential), scope, receive, send)
            return
        arrived = await _collect(receive, self._body_limit)  # the body may name who asks
        credential = self._dialect.credential(head_of(scope, _body(arrived)))
        home = self._homes.here if credential is None else self._homes.home(credential)
        await self._to(home, scope, _replay(arrived, receive), send)

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, _, what, *rest = scope["path"].split("/")
        if what in COMMON:
            await self._inner(scope, receive, send)
        elif what == "sandboxes" and not rest and scope["method"] == "POST":
            arrived = await _collect(receive, CONTROL_BODY_LIMIT)
            await self._to(self._birthplace(_body(arrived)), scope, _replay(arrived, receive), send)
        elif what == "events":
            await self._events(scope, receive, send)
        elif what in merging.VIEWS and not rest:
            await merging.answer(self._shard, self._provider, head_of(scope), send)
        else:
            id = rest[0] if what == "sandboxes" and rest else f"{self._provider}-{DEVELOPMENT}"
            await self._to(self._homes.home(id), scope, receive, send)

    def _birthplace(self, body: bytes) -> int:
        """Where to make a sandbox: an id that was chosen decides, else it is everybody's turn."""
        try:
            id = orjson.loads(body)["id"]
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
            return self._shard.turn()
        return self._homes.home(str(id))

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = head_of(scope)
        homes = {self._homes.home(id) for id in parse_qs(request.query_string).get("sandbox", [])}
        if len(homes) == 1:
            await self._to(homes.pop(), scope, receive, send)
        else:
            await merging.stream(self._shard, self._provider, request, receive, send)

    async def _to(self, home: int, scope: Scope, receive: Receive, send: Send) -> None:
        if home == self._homes.here:
            await self._inner(scope, receive, send)
        else:
            await self._hand_over(home, scope, receive)

    async def _hand_over(self, home: int, scope: Scope, receive: Receive) -> None:
        transport = scope[TRANSPORT]
        limit = CONTROL_BODY_LIMIT if scope["path"].startswith(f"{PREFIX}/") else self._body_limit
        arrived = await _collect(receive, limit)
        gone = arrived[-1]["type"] == "http.disconnect"
        if not gone:
            transport.pause_reading()  # whatever comes now is the owner's to read
        request = again(
            scope,
            [_body(arrived)],
            whole=not gone and not arrived[-1].get("more_body"),
            close=not scope[ALONE](),
        )
        await self._send(home, None if gone else transport, request)
        transport.abort()  # closes our end only: the owner has the connection
        await asyncio.sleep(0)  # lets uvicorn notice, so that it does not answer 500 on it

    async def _send(self, home: int, transport: asyncio.Transport | None, request: bytes) -> None:
        outbox = self._shard.outboxes[home]
        if transport is not None:
            await outbox.send(self._provider, transport.get_extra_info("socket").fileno(), request)
            return
        ours, theirs = socket.socketpair()  # stands for the client that left, so that the owner journals it
        with theirs:
            ours.close()
            await outbox.send(self._provider, theirs, request)


def _is_inside(scope: Scope) -> bool:
    """Whether a neighbour asks for what is known here alone."""
    return merging.ONLY_HERE in scope["headers"]


async def _collect(receive: Receive, limit: int) -> list[Message]:
    """The messages of a request up to its end, to the limit, or until the client leaves."""
    arrived: list[Message] = []
    size = 0
    while True:
        message = await receive()
        arrived.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body") or size > limit:
            return arrived


def _body(arrived: list[Message]) -> bytes:
    return b"".join([body for message in arrived if isinstance(body := message.get("body"), bytes)])


def _replay(arrived: list[Message], receive: Receive) -> Receive:
    """Receives what has arrived once more, and then what comes."""
    waiting = iter(arrived)

    async def replayed() -> dict[str, object]:
        message = next(waiting, None)
        return await receive() if message is None else message

    return replayed
