"""The source as an API: topped up, retried within limits, or refused whole."""

from __future__ import annotations

import threading

import pytest

from .conftest import MakeApp, people
from .peers import SOURCE_TOKEN, Reply, Trouble, Upstream


@pytest.mark.parametrize("sizes", [[500], [7], [1, 50, 3], [30], [29]])
def test_small_pages_are_topped_up(make_app: MakeApp, upstream: Upstream, sizes: list[int]) -> None:
    upstream.rows, upstream.sizes = people(30), sizes
    app = make_app(None, "--source-url", upstream.url)
    assert app.start()[0] == 200
    walk = app.walk(10)
    assert [len(walk.page(page)[1]) for page in (1, 2, 3, 4)] == [10, 10, 10, 0]
    assert app.walk(10).whole() == people(30)


@pytest.mark.parametrize("reply", [(429, {}), (500, {}), (503, b"<html>"), None, (200, b"{")])
def test_passing_trouble_is_waited_out(make_app: MakeApp, upstream: Upstream, reply: Reply | None) -> None:
    upstream.rows, upstream.sizes, upstream.trouble = people(30), [10], [Trouble(reply, times=2)]
    app = make_app(None, "--source-url", upstream.url)
    assert app.start()[0] == 200
    assert app.walk().whole() == people(30)


NO_PAGES: list[Reply] = [
    (200, {"error": "sorry"}),
    (200, {"clients": []}),
    (200, {"clients": None, "next": None}),
    (200, {"clients": [1], "next": None}),
    (200, {"clients": [], "next": "10"}),
    (404, {"error": "cursor expired"}),
    (200, []),
]


@pytest.mark.parametrize("reply", NO_PAGES)
def test_an_answer_that_is_no_page_is_not_the_end(make_app: MakeApp, upstream: Upstream, reply: Reply) -> None:
    upstream.rows, upstream.sizes, upstream.trouble = people(30), [10], [Trouble(reply, times=99)]
    app = make_app(None, "--source-url", upstream.url, "--max-attempts", "2")
    code, told = app.start()
    assert (code, app.walk().page(1)) == (502, (404, []))
    assert "was not started" in told["error"]


@pytest.mark.parametrize("reply", [(500, {}), None])
def test_lasting_trouble_is_given_up(make_app: MakeApp, upstream: Upstream, reply: Reply | None) -> None:
    upstream.rows, upstream.sizes, upstream.trouble = people(30), [10], [Trouble(reply, times=99)]
    app = make_app(None, "--source-url", upstream.url, "--max-attempts", "3")
    assert app.start()[0] == 502
    assert len(upstream.seen) == 4


def test_a_stall_is_cut(make_app: MakeApp, upstream: Upstream) -> None:
    upstream.rows, upstream.sizes, upstream.trouble = people(30), [10], []
    app = make_app(None, "--source-url", upstream.url, "--timeout", "0.1", "--max-attempts", "2")
    upstream.hold = threading.Event()
    code, told = app.start()
    upstream.hold.set()
    assert code == 502
    assert "0.1 s" in told["error"]


def test_a_row_twice_is_sent_once(make_app: MakeApp, upstream: Upstream) -> None:
    rows = people(30)
    upstream.rows = [*rows[:20], rows[3], *rows[20:]]
    app = make_app(None, "--source-url", f"{upstream.url}/?list=all")
    app.start()
    assert app.walk().whole() == rows
    assert upstream.seen[0].query == {"list": "all", "limit": "500"}
    assert app.report()["sessions"][0]["left_out"] == {"duplicate": 1}
    assert app.report()["exit_code"] == 0


def test_the_wrong_token_is_not_shown(make_app: MakeApp, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_TOKEN", SOURCE_TOKEN + "x")
    app = make_app(None, "--source-url", upstream.url)
    code, told = app.start()
    assert (code, SOURCE_TOKEN in told["error"], len(upstream.seen)) == (502, False, 1)
