"""Starts and stops the fakes inside a process: for `customhouse serve`, for tests and for the conformance engine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

import uvicorn

from customhouse_fakes.core.asgi import Application
from customhouse_fakes.core.control.plane import ControlPlane
from customhouse_fakes.core.errors import ServingError
from customhouse_fakes.core.gate import Gate
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.leanflask import LeanFlask
from customhouse_fakes.core.listening import Address, bind
from customhouse_fakes.core.provider import Provider
from customhouse_fakes.core.randomness import secret_token
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.core.request import Request
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.shards.handover import Inbox
from customhouse_fakes.core.shards.shard import Shard
from customhouse_fakes.core.shards.switch import Switch
from customhouse_fakes.core.surroundings import Surroundings

from .protocol import protocol_class
from .wire import Wire

P = ParamSpec("P")
T = TypeVar("T")

LOOPBACK = "127.0.0.1"
BODY_LIMIT = 16 * 1024 * 1024
STARTUP_DEADLINE_S = 10.0


class Harness:
    """The fakes of `providers`, each on a port of its own, on one event loop in one background thread.

    State belongs to the loop: read and change it through `run`, or through the methods here, which do so.
    Use as a context manager, or call `start` and `stop`. `smtp` (`host:port`) is where mail goes; `allow_hosts` may be
    called beside loopback. `shard`: who this is among several processes; then the sockets are given by it.
    """

    def __init__(  # noqa: PLR0913 - the settings of a harness, each by name
        self,
        providers: Iterable[Provider],
        *,
        ports: Mapping[str, int] | None = None,
        host: str = LOOPBACK,
        strict: bool = False,
        control_token: str | None = None,
        body_limit: int = BODY_LIMIT,
        smtp: str | None = None,
        allow_hosts: Iterable[str] = (),
        shard: Shard | None = None,
    ) -> None:
        self._ports = dict(ports or {})
        self._host = host
        self._strict = strict
        self._body_limit = body_limit
        self.control_token = control_token or secret_token()
        self._shard = shard
        self.registry = Registry(
            {provider.name: provider for provider in providers},
            surroundings=Surroundings.of(allow_hosts, smtp),
            doors=shard.doors if shard else None,
            losses=shard.losses if shard else None,
        )
        self.addresses: dict[str, Address] = {}
        self._servers: dict[str, uvicorn.Server] = {}
        self._inbox: Inbox | None = None
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Bind the ports and serve; raises `ServingError` when a port is taken."""
        sockets = self._bind_all()
        self.addresses = {name: Address(self._host, sock.getsockname()[1]) for name, sock in sockets.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="customhouse-fakes", daemon=True)
        self._thread.start()
        starting = [self._serve(name, sock) for name, sock in sockets.items()]
        for server in starting:
            asyncio.run_coroutine_threadsafe(server, self._loop).result(STARTUP_DEADLINE_S)
        if self._shard is not None:
            self._inbox = Inbox(self._shard.inbox, self._adopt)
            self.run(self._inbox.open)
        return self

    def stop(self) -> None:
        """Close every connection and end the thread; safe to call twice."""
        if self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop).result(STARTUP_DEADLINE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = None
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, provider: str) -> str:
        return self.addresses[provider].url

    def connections(self, provider: str) -> int:
        """How many connections to this provider's port are open."""
        return self.run(len, self._servers[provider].server_state.connections)

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on the event loop, where state lives, and return what it returns."""
        if threading.current_thread() is self._thread:
            return function(*args, **kwargs)

        async def call() -> T:
            return function(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def complete(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something that waits on the event loop, and return what it returns. Not from the loop itself."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def sandbox(self, provider: str, **settings: Any) -> Sandbox:
        """A new sandbox: `profile`, `limits`, `seed`, `app`, `id` as in `Registry.create`."""
        return self.run(self.registry.create, provider, **settings)

    def _bind_all(self) -> dict[str, socket.socket]:
        if self._shard is not None:
            return dict(self._shard.own)
        sockets: dict[str, socket.socket] = {}
        try:
            for name in self.registry.providers:
                sockets[name] = bind(self._host, self._ports.get(name, 0), name)
        except ServingError:
            for sock in sockets.values():
                sock.close()
            raise
        return sockets

    async def _serve(self, name: str, sock: socket.socket) -> None:
        provider = self.registry.providers[name]
        gate = Gate(provider, self.registry, cast(LeanFlask, provider.app(LeanFlask)), strict=self._strict)
        control = ControlPlane(self.registry, self.addresses, name, self.control_token)
        wire: Application = Wire(gate, control, self._body_limit)
        if self._shard is not None:
            wire = Switch(wire, name, provider.dialect, self._shard, self._body_limit)
        config = uvicorn.Config(
            cast(Any, wire),
            http=protocol_class(lambda data, why: self._note_garbage(name, data, why)),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        # Without `serve`'s main loop: it only ticks for a Date header that our dialects write themselves.
        await server.startup(sockets=[sock] if self._shard is None else [sock, self._shard.public[name]])
        self._servers[name] = server

    async def _adopt(self, provider: str, connection: socket.socket, request: bytes) -> None:
        """Go on with a connection that another process began to read."""
        server = self._servers[provider]

        def protocol() -> asyncio.Protocol:
            made = cast(Any, server.config.http_protocol_class)(
                config=server.config,
                server_state=server.server_state,
                app_state=server.lifespan.state,
                _loop=self._loop,
            )
            made.handed_over = request
            return cast(asyncio.Protocol, made)

        connection.setblocking(False)
        await self._loop.connect_accepted_socket(protocol, connection)

    async def _shut_down(self) -> None:
        servers = list(self._servers.values())
        if self._inbox is not None:
            self._inbox.close()
        for server in servers:
            for listener in server.servers:
                listener.close()
            for connection in list(server.server_state.connections):
                connection.transport.abort()
        # Two turns of the loop: the protocols hear of the loss, then calls that were held see it and end by themselves.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks = [task for server in servers for task in server.server_state.tasks]
        for task in tasks:
            task.cancel()
        for sandbox in self.registry.sandboxes.values():
            tasks += sandbox.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._servers.clear()

    def _note_garbage(self, provider: str, data: bytes, why: str) -> None:
        row = Exchange(self.registry.clock.now(), Request("?", "?", "", {}, data), auth="missing")
        row.refuse("http", f"not readable as HTTP: {why}")
        self.registry.note_stray(provider, row)
