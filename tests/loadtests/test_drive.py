"""The client against a server whose answers come in inconvenient pieces."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from customhouse_loadtests.bench.drive import Address, drive
from customhouse_loadtests.bench.errors import BenchError

GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
REQUEST = b"GET / HTTP/1.1\r\n\r\n"


@contextmanager
def answering(*connections: Sequence[Sequence[bytes]]) -> Iterator[Address]:
    """A server that answers each request with the pieces of an answer: so many connections, one after another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answers in connections:
                peer, _ = listener.accept()
                with peer:
                    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    for pieces in answers:
                        peer.recv(1024)
                        for piece in pieces:
                            peer.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()
        thread.join(10)


def test_statuses_are_counted_however_answers_are_cut() -> None:
    cut = [
        [GOOD[i : i + 1] for i in range(len(GOOD))],
        [GOOD[:-2], GOOD[-2:]],
        [EMPTY],
        [BUSY],
        [CHUNKED[:-3], CHUNKED[-3:]],
    ]
    with answering(cut) as address:
        driven = drive([(address, [REQUEST] * 5)], connections=1)
    assert driven.statuses == {200: 2, 201: 1, 204: 1, 429: 1}
    assert len(driven.latencies_s) == 5
    assert all(0 < latency <= driven.wall_s for latency in driven.latencies_s)


def test_a_refusal_is_no_measurement() -> None:
    with answering([[GOOD], [BUSY]]) as address:
        driven = drive([(address, [REQUEST] * 2)], connections=1)
    with pytest.raises(BenchError, match="429: 1"):
        driven.require(200)


def test_a_closed_connection_is_no_measurement() -> None:
    with answering([[GOOD[:-1]]]) as address, pytest.raises(BenchError, match="closed"):
        drive([(address, [REQUEST])], connections=1)


@pytest.mark.parametrize("connections", [1, 2])
def test_a_server_that_closes_after_each_answer_is_asked_anew(connections: int) -> None:
    with answering(*[[[LAST]]] * (2 + connections)) as address:
        driven = drive([(address, [REQUEST] * 2)], connections)
    assert driven.statuses == {200: 2}


def test_two_streams_are_driven_side_by_side() -> None:
    with answering([[GOOD]] * 3) as one, answering([[EMPTY]] * 2) as other:
        driven = drive([(one, [REQUEST] * 3), (other, [REQUEST] * 2)], connections=2)
    assert driven.statuses == {200: 3, 204: 2}
