"""The fake as a client: one conversation, bounded in time and size, and background work that ends."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from customhouse_fakes.core import outside
from customhouse_fakes.core.outcome import Outcome
from customhouse_fakes.core.outside import Caller
from customhouse_fakes.core.targets import Targets
from customhouse_fakes.core.tasks import Tasks, in_thread

Talk = Callable[[socket.socket, threading.Event], None]


@contextmanager
def peer(talk: Talk) -> Iterator[tuple[str, list[bytes]]]:
    """A server that hands every connection to `talk` after reading a request head; its URL, and the heads."""
    heads: list[bytes] = []
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(connection,), daemon=True).start()

    def converse(connection: socket.socket) -> None:
        with connection:
            while head := connection.recv(65536):
                heads.append(head)
                talk(connection, over)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heads
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def saying(data: bytes, *, close: bool = False) -> Talk:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_RDWR)

    return talk


def silence(connection: socket.socket, over: threading.Event) -> None:
    over.wait(20)


def call(url: str, *, times: int = 1, timeout_s: float = 10.0, **options: Any) -> list[Outcome]:
    """Calls one after another in one conversation."""

    async def talk() -> list[Outcome]:
        caller = Caller(Targets())
        try:
            return [
                await caller.send("GET", url, headers={"A": "b"}, timeout_s=timeout_s, **options) for _ in range(times)
            ]
        finally:
            caller.close()

    return asyncio.run(talk())


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\n\r\nhi"


def test_an_answer_comes_whole_and_the_connection_is_kept() -> None:
    with peer(saying(OK)) as (url, heads):
        one, two = call(url + "//a//b?x=1", times=2)
        assert one.answer is not None
        assert two.answer is not None
        assert (one.answer.status, one.answer.body, one.answer.headers["X-One"]) == (200, b"hi", "1")
        assert [head.split(b"\r\n")[0] for head in heads] == [b"GET //a//b?x=1 HTTP/1.1"] * 2
        assert (one.request.path, one.request.query_string) == ("//a//b", "x=1")
        assert one.request.headers == {"host": url.removeprefix("http://"), "a": "b"}


def test_silence_ends_with_the_time_limit() -> None:
    with peer(silence) as (url, _):
        (outcome,) = call(url, timeout_s=0.05)
    assert (outcome.answer, outcome.failure, outcome.why) == (None, "timeout", "no answer within 0.05 s")


def test_a_drip_ends_with_the_time_limit_too() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b"x")

    with peer(drip) as (url, _):
        (outcome,) = call(url, timeout_s=0.1)
    assert outcome.failure == "timeout"


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (b"", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi", "broken"),
        (b"garbage\r\n\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", "broken"),
    ],
)
def test_an_answer_that_is_none(said: bytes, failure: str) -> None:
    with peer(saying(said, close=True)) as (url, _):
        (outcome,) = call(url)
    assert (outcome.answer, outcome.failure) == (None, failure)
    assert outcome.why


def test_too_much_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "ANSWER_LIMIT", 1)
    with peer(saying(OK)) as (url, _):
        assert call(url)[0].failure == "too-large"


def test_nobody_there() -> None:
    with peer(saying(OK)) as (url, _):
        pass
    (outcome,) = call(url)
    assert (outcome.failure, outcome.why) == ("unreachable", "connection refused")


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "ftp://127.0.0.1/", "nonsense"])
def test_a_target_out_of_the_fence(url: str) -> None:
    assert call(url)[0].failure == "target"


def test_each_hop_of_a_redirect_is_looked_at() -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
    with peer(saying(away)) as (url, heads):
        (stayed,) = call(url)
        (followed,) = call(url, follow_redirects=True)
        assert len(heads) == 2
    assert stayed.answer is not None
    assert stayed.answer.status == 302
    assert followed.failure == "target"


def endless(location: str) -> Talk:
    """A redirect whose body has no end."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location.encode() + b"\r\n\r\n")
        with suppress(OSError):
            while not over.is_set():
                connection.sendall(b"x" * 65536)

    return talk


def test_a_redirect_is_read_no_further_than_any_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "ANSWER_LIMIT", 1_000_000)
    with peer(endless("/elsewhere")) as (url, _):
        assert call(url)[0].failure == "too-large"


def test_a_redirect_that_is_followed_is_not_read() -> None:
    with peer(saying(OK)) as (there, _), peer(endless(there)) as (url, _):
        (outcome,) = call(url, follow_redirects=True)
    assert outcome.answer is not None
    assert outcome.answer.body == b"hi"


def test_a_name_that_moved_after_it_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS answers twice: an allowed address for the check, another one for the connection."""
    with peer(saying(OK)) as (url, heads):
        port = int(url.rpartition(":")[2])
        targets = Targets()
        monkeypatch.setattr(targets, "allows", lambda address: address != "127.0.0.1")
        monkeypatch.setattr(targets, "check", lambda _: None)

        async def talk() -> Outcome:
            caller = Caller(targets)
            try:
                return await caller.send("GET", f"http://127.0.0.1:{port}/", headers={}, timeout_s=10)
            finally:
                caller.close()

        assert asyncio.run(talk()).failure == "target"
        assert heads == []


def test_a_call_that_is_cancelled_lets_its_thread_go() -> None:
    with peer(silence) as (url, heads):

        async def talk() -> None:
            caller = Caller(Targets())
            task = asyncio.ensure_future(caller.send("GET", url, headers={}, timeout_s=60))
            while not heads:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            caller.close()

        asyncio.run(talk())
        for thread in threading.enumerate():
            if thread.name == "customhouse-outside":
                thread.join(10)
                assert not thread.is_alive()


@pytest.mark.parametrize("turns", range(4))
def test_a_call_that_is_cancelled_as_its_answer_comes_has_no_outcome(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its task would go on after the sandbox has ended: to plan the next attempt, say."""
    calls: list[asyncio.Future[None]] = []

    async def in_a_moment(*_: Any) -> None:
        calls.append(asyncio.get_running_loop().create_future())
        await calls[0]

    async def scene() -> None:
        monkeypatch.setattr(outside, "in_thread", in_a_moment)
        caller = Caller(Targets())
        task = asyncio.ensure_future(caller.send("GET", "http://127.0.0.1:9", headers={}, timeout_s=60))
        while not calls:
            await asyncio.sleep(0)
        calls[0].set_result(None)
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.cancel():  # not when it had ended before
            await asyncio.wait([task], timeout=5)
            assert task.cancelled()
        caller.close()

    asyncio.run(scene())


def test_threads_hand_results_and_errors_over() -> None:
    async def work() -> None:
        assert await in_thread(lambda: 5) == 5
        with pytest.raises(KeyError):
            await in_thread(lambda: dict[str, str]()["x"])

    asyncio.run(work())


def test_tasks_crash_alone_are_found_by_name_and_end_together() -> None:
    crashes: list[str] = []

    async def fail() -> None:
        raise RuntimeError("a bug of ours")

    async def wait() -> None:
        await asyncio.Event().wait()

    async def work() -> None:
        tasks = Tasks(crashes.append)
        tasks.spawn(fail())
        waiting = tasks.spawn(wait(), name="w")
        await asyncio.sleep(0)
        assert tasks.named("w") is waiting
        never_begun = tasks.spawn(wait())
        await asyncio.gather(*tasks.cancel(), return_exceptions=True)
        assert waiting.cancelled()
        assert never_begun.cancelled()
        await asyncio.sleep(0)
        assert tasks.running() == []

    asyncio.run(work())
    assert len(crashes) == 1
    assert "a bug of ours" in crashes[0]
