"""Serves our WSGI app on a free port while a test runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Call it with an app; it returns the address."""
    with ExitStack() as stack:

        def begin(app: Any) -> str:
            server = stack.enter_context(make_server("127.0.0.1", 0, app, handler_class=Quiet))
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield begin
