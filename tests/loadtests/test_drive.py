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
REQUEST = b"GET / HTTP/1.1\r\n\r\n"


@contextmanager
def answering(answers: Sequence[Sequence[bytes]]) -> Iterator[Address]:
    """A server that takes one connection and answers each request with the pieces of an answer, then closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
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
    cut = [[GOOD[i : i + 1] for i in range(len(GOOD))], [GOOD[:-2], GOOD[-2:]], [EMPTY], [BUSY]]
    with answering(cut) as address:
        driven = drive(address, [REQUEST] * 4, connections=1)
    assert driven.statuses == {200: 2, 204: 1, 429: 1}
    assert len(driven.latencies_s) == 4
    assert all(0 < latency <= driven.wall_s for latency in driven.latencies_s)


def test_a_refusal_is_no_measurement() -> None:
    with answering([[GOOD], [BUSY]]) as address:
        driven = drive(address, [REQUEST] * 2, connections=1)
    with pytest.raises(BenchError, match="429: 1"):
        driven.require(200)


def test_a_closed_connection_is_no_measurement() -> None:
    with answering([[GOOD[:-1]]]) as address, pytest.raises(BenchError, match="closed"):
        drive(address, [REQUEST], connections=1)
