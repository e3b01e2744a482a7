"""Pages of an app that are opened from outside: whatever it answers is noted, and nothing of it raises."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from customhouse_conformance.adapters.app import visit
from customhouse_conformance.facts import Visit

DEADLINE_S = 20.0


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Somebody who answers one call with these bytes and hangs up; the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)

        def answer_one() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(answer)

        thread = threading.Thread(target=answer_one)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/start"
        finally:
            thread.join(DEADLINE_S)


def visited(answer: bytes) -> Visit:
    with answering(answer) as url:
        return visit("launch", url, after=0, timeout_s=DEADLINE_S)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
    ],
    ids=["nothing", "garbage", "no-body", "half-a-chunk", "no-gzip"],
)
def test_an_answer_that_breaks_is_no_answer(answer: bytes) -> None:
    seen = visited(answer)
    assert (seen.status, seen.body) == (None, "")
    assert seen.why is not None
    assert seen.why.startswith("no answer: ")


def test_an_answer_is_noted() -> None:
    seen = visited(b"HTTP/1.1 302 Found\r\nLocation: http://nowhere.invalid/\r\nContent-Length: 3\r\n\r\n\xffup")
    assert (seen.status, seen.body, seen.why) == (302, "\ufffdup", None)
