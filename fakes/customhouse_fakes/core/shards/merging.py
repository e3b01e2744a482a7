"""What concerns all processes: each is asked for its part, and the parts become one answer.

A neighbour is asked on the port of its own, with a header that keeps it from asking around in turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any
from urllib.parse import quote

import orjson

from customhouse_fakes.core.answers import Answer
from customhouse_fakes.core.asgi import Receive, Send, send_answer
from customhouse_fakes.core.control.app import PREFIX
from customhouse_fakes.core.control.problems import CONTENT_TYPE, body_of
from customhouse_fakes.core.listening import Address
from customhouse_fakes.core.request import Request

from .shard import Shard

ONLY_HERE = (b"customhouse-shard", b"only")
DEADLINE_S = 10.0
LINE_LIMIT = 1 << 20


async def answer(shard: Shard, provider: str, request: Request, send: Send) -> None:
    """Ask everybody, this process too, and send what their answers come to; a refusal is passed on."""
    addresses = [neighbour[provider] for neighbour in shard.addresses]
    try:
        async with asyncio.timeout(DEADLINE_S):
            parts = await asyncio.gather(*(_ask(address, request) for address in addresses))
    except (OSError, EOFError, TimeoutError):
        await send_answer(send, _problem("a process died or hung while it was asked; ask again"))
        return
    refusal = next((part for part in parts if part.status != 200), None)
    if refusal is None:
        merge = VIEWS[request.path.removeprefix(f"{PREFIX}/")]
        await send_answer(send, Answer(200, merge([part.body for part in parts]), dict(parts[0].headers)))
    else:
        await send_answer(send, refusal)


def _problem(why: str) -> Answer:
    return Answer(503, body_of(503, "process", why), {"Content-Type": CONTENT_TYPE})


def _sandboxes(parts: Sequence[bytes]) -> bytes:
    documents = [orjson.loads(part) for part in parts]
    return orjson.dumps({key: _joined(documents, key) for key in ("sandboxes", "lost")})


def _strays(parts: Sequence[bytes]) -> bytes:
    documents = [orjson.loads(part) for part in parts]
    rows = sorted(_joined(documents, "strays"), key=lambda row: row["at"])
    return orjson.dumps({"strays": rows, "total": sum(document["total"] for document in documents)})


def _joined(documents: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [row for document in documents for row in document[key]]


def _metrics(parts: Sequence[bytes]) -> bytes:
    """Families in the order of the first process; a sample that several have is the sum."""
    families: dict[str, list[str]] = {}
    samples: dict[str, float] = {}
    for line in b"\n".join(parts).decode().splitlines():
        if line.startswith("#"):
            _, _, family, _ = line.split(" ", 3)
            heads = families.setdefault(family, [])
            heads += [line] if line not in heads and len(heads) < 2 else []
        elif line:
            key, _, value = line.rpartition(" ")
            families[family] += [] if key in samples else [key]
            samples[key] = samples.get(key, 0.0) + float(value)
    lines = [line if line.startswith("#") else f"{line} {samples[line]}" for some in families.values() for line in some]
    return "\n".join([*lines, ""]).encode()


VIEWS: dict[str, Callable[[Sequence[bytes]], bytes]] = {
    "sandboxes": _sandboxes,
    "strays": _strays,
    "metrics": _metrics,
}


async def stream(shard: Shard, provider: str, request: Request, receive: Receive, send: Send) -> None:
    """Every process's events in one stream, until the client leaves or a process dies."""
    async with AsyncExitStack() as opened:
        try:
            heard = [await _open(neighbour[provider], request, opened) for neighbour in shard.addresses]
        except (OSError, EOFError):
            await send_answer(send, _problem("a process died while it was asked; ask again"))
            return
        refusal = next((one for one in heard if one.status != 200), None)
        if refusal is not None:
            await send_answer(send, Answer(refusal.status, await refusal.body(), refusal.headers))
            return
        await send({"type": "http.response.start", "status": 200, "headers": _encoded(heard[0].headers)})
        await _follow(heard, receive, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _follow(heard: Sequence[_Heard], receive: Receive, send: Send) -> None:
    """Pass on what is heard, until the client leaves or one of them ends."""

    async def pass_on(one: _Heard) -> None:
        async for chunk in one.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.create_task(work) for work in (until_gone(), *map(pass_on, heard))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Heard:
    """The answer of a neighbour whose head was read."""

    def __init__(self, reader: asyncio.StreamReader, head: bytes) -> None:
        line, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(line.split(" ")[1])
        named = (header.partition(": ") for header in lines if header)
        self.headers = {name: value for name, _, value in named if name not in ("content-length", "transfer-encoding")}
        self._reader = reader

    async def body(self) -> bytes:
        """All of it: neighbours are asked to close."""
        return await self._reader.read()

    async def chunks(self) -> AsyncIterator[bytes]:
        """A body of unknown length, piece by piece."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                yield (await self._reader.readexactly(size + 2))[:-2]


async def _ask(address: Address, request: Request) -> Answer:
    async with AsyncExitStack() as opened:
        heard = await _open(address, request, opened)
        return Answer(heard.status, await heard.body(), heard.headers)


async def _open(address: Address, request: Request, opened: AsyncExitStack) -> _Heard:
    """Ask a process for what it alone knows. Raises `OSError` or `EOFError` if it dies over the question."""
    reader, writer = await asyncio.open_connection(address.host, address.port, limit=LINE_LIMIT)
    opened.callback(writer.close)
    query = f"?{request.query_string}" if request.query_string else ""
    name, value = (word.decode() for word in ONLY_HERE)
    head = [
        f"GET {quote(request.path)}{query} HTTP/1.1",
        f"Host: {address.host}:{address.port}",
        f"Authorization: {request.headers.get('authorization', '')}",
        f"{name}: {value}",
        "Connection: close",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1"))
    return _Heard(reader, await reader.readuntil(b"\r\n\r\n"))


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
