"""The limit: a WSGI app that does nothing, on the server that the fakes run on. `python -m` this for a ready line.

Other small apps of the benchmark are served the same way.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from customhouse_fakes.core import wsgi
from customhouse_fakes.core.asgi import Receive, Scope, Send, read_request, send_answer
from customhouse_fakes.core.serving.protocol import protocol_class

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# As long as a contact.
BODY = b"x" * 1_800
BODY_LIMIT = 1 << 20


def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The same answer to everything."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [BODY]


def serve(app: WSGIApplication, name: str) -> None:
    """Serve an app on a free port until SIGTERM; it is called inline on the event loop, as the fakes are."""

    async def bridge(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, wsgi.call(app, await read_request(scope, receive, BODY_LIMIT)))

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    config = uvicorn.Config(
        cast(Any, bridge),
        http=protocol_class(lambda _data, _why: None),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    sys.stdout.write(json.dumps({name: {"url": f"http://127.0.0.1:{sock.getsockname()[1]}"}}) + "\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    serve(app, "bare")
