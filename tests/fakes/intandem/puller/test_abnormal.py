"""Answers that are not as they should be, silence, and addresses that may not be called."""

from __future__ import annotations

import pytest

from tests.fakes.intandem.conftest import MakeApp, MakeBench
from tests.fakes.intandem.tiny import END, Reply, TinyApp, on_page, page_of, rows

ABNORMAL = {
    "500": Reply(b"{}", 500),
    "404": Reply(b"{}", 404),
    "redirect": Reply(b"", 302, {"Location": "/elsewhere"}),
    "no JSON": Reply(b"<html>", 200),
    "wrong type": Reply(b'{"data": {"clients": []}}', 200, {"Content-Type": "text/html"}),
    "cut": Reply(b'{"data": {"clients": []}}', cut=True),
    "no list": Reply(b'{"data": {"clients": 5}}'),
}


@pytest.mark.parametrize("kind", ABNORMAL)
def test_an_abnormal_answer_aborts(tiny: MakeApp, bench: MakeBench, kind: str) -> None:
    app = tiny(rows(5), on_page(2, ABNORMAL[kind]))
    made = bench(app, profile={"per_page": 2})
    session = made.pull()
    assert (session["state"], session["page"], session["created"]) == ("aborted", 2, 2)
    assert app.pages == [1, 2]
    assert session["ended_because"] == session["last_error"]
    assert str(session["last_error"]).startswith("page 2: ")


def test_silence_is_bounded(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(2))
    app.manner = on_page(1, Reply(wait=app.over))
    made = bench(app, profile={"timeout_s": 0.1})
    session = made.pull()
    assert (session["state"], session["last_error"]) == ("aborted", "page 1: no answer within 0.1 s")
    (row,) = made.rows()
    assert (row["delivery"], row["status"], row["why"]) == ("abandoned", None, "no answer within 0.1 s")


def test_nobody_is_there(bench: MakeBench) -> None:
    with TinyApp() as app:
        url = app.url
    session = bench(document={"api_uri": url}).pull()
    assert (session["state"], session["last_error"]) == ("aborted", "page 1: connection refused")


def test_without_an_address_nothing_is_asked(bench: MakeBench) -> None:
    made = bench()
    session = made.pull()
    assert (session["state"], session["pages_asked"]) == ("aborted", 0)
    assert "no api_uri" in session["ended_because"]
    assert made.rows() == []


@pytest.mark.parametrize("address", ["http://192.0.2.1:9/", "http://[2001:db8::1]/", "ftp://127.0.0.1/", "nonsense"])
def test_an_address_that_may_not_be_called(bench: MakeBench, address: str) -> None:
    made = bench(document={"api_uri": address}, profile={"retries": 5})
    session = made.pull()
    assert (session["state"], session["pages_asked"]) == ("aborted", 1)
    assert "called" in session["last_error"]
    assert made.rows()[0]["delivery"] == "abandoned"


def test_a_redirect_may_be_followed_but_not_out_of_the_fence(tiny: MakeApp, bench: MakeBench) -> None:
    elsewhere = tiny(rows(3))
    query = "business_uid=b&page=1&per_page=100"
    app = tiny((), on_page(1, Reply(b"", 302, {"Location": f"{elsewhere.url}/x?{query}"})))
    assert bench(app, profile={"redirects": "follow"}).pull()["created"] == 3
    app.manner = on_page(1, Reply(b"", 302, {"Location": "http://192.0.2.1/"}))
    session = bench(app, profile={"redirects": "follow"}).pull()
    assert (session["state"], session["created"]) == ("aborted", 0)
    assert "192.0.2.1" in session["last_error"]


@pytest.mark.parametrize(("retries", "failures", "state"), [(0, 1, "aborted"), (2, 2, "completed"), (2, 3, "aborted")])
def test_retries(tiny: MakeApp, bench: MakeBench, retries: int, failures: int, state: str) -> None:
    app = tiny(rows(3), on_page(2, Reply(b"", 503), times=failures))
    made = bench(app, profile={"per_page": 2, "retries": retries, "backoff_s": 0.0})
    session = made.pull()
    assert session["state"] == state
    assert app.pages.count(2) == min(failures, retries) + 1
    assert made.external_ids() == ([0, 1, 2] if state == "completed" else [0, 1])


def test_back_off_passes_on_the_sandboxes_clock(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1), on_page(1, Reply(b"", 503), times=1))
    made = bench(app, profile={"retries": 1, "backoff_s": 3600.0})
    answered = made.next_row("export.page")
    session = made.start().json()["data"]["session_id"]
    assert answered.wait(10)
    assert made.sessions()[0]["state"] == "waiting"
    made.harness.run(made.sandbox.clock.freeze)
    made.harness.run(made.sandbox.clock.advance, 3600)
    made.until_ended(session)
    assert made.sessions()[0]["state"] == "completed"


def test_a_page_may_be_skipped(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(5), on_page(2, Reply(b"", 500)))
    made = bench(app, profile={"per_page": 2, "on_error": "skip"})
    session = made.pull()
    assert (session["state"], made.external_ids()) == ("completed", [0, 1, 4])
    assert session["flags"] == ["page 2: the answer has the status 500"]


@pytest.mark.parametrize("on_error", ["skip", "retry"])
def test_patience_ends(tiny: MakeApp, bench: MakeBench, on_error: str) -> None:
    app = tiny((), lambda _: Reply(b"", 500))
    session = bench(app, profile={"on_error": on_error, "give_up_after": 4, "backoff_s": 0.0}).pull()
    assert session["state"] == "aborted"
    assert len(app.asked) == 4


def test_asking_again_until_it_is_answered(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3), on_page(2, Reply(b"", 500), times=5))
    session = bench(app, profile={"per_page": 2, "on_error": "retry", "backoff_s": 0.0}).pull()
    assert (session["state"], session["created"], session["pages_asked"]) == ("completed", 3, 7)


@pytest.mark.parametrize(
    ("switch", "state", "created", "pages"),
    [("accept", "completed", 6, [1, 2, END]), ("truncate", "completed", 5, [1, 2, END]), ("abort", "aborted", 0, [1])],
)
def test_a_page_that_is_too_full(
    tiny: MakeApp, bench: MakeBench, switch: str, state: str, created: int, pages: list[int]
) -> None:
    app = tiny(rows(4), on_page(1, page_of(rows(4)[:0] + [{"first_name": f"X{i}"} for i in range(4)])))
    app.rows = rows(5)
    session = bench(app, profile={"per_page": 3, "overfull_page": switch}).pull()
    assert (session["state"], session["created"]) == (state, created)
    assert app.pages == pages
    assert session["flags"] == ["page 1: 4 clients on a page of 3"]


@pytest.mark.parametrize("body", [b'{"data": null}', b'{"data": {}}', b"{}"])
@pytest.mark.parametrize(("switch", "state", "pages"), [("empty", "completed", [1, END]), ("abort", "aborted", [1])])
def test_missing_clients(
    tiny: MakeApp, bench: MakeBench, body: bytes, switch: str, state: str, pages: list[int]
) -> None:
    app = tiny((), on_page(1, Reply(body)))
    session = bench(app, profile={"missing_clients": switch}).pull()
    assert (session["state"], app.pages) == (state, pages)
    assert session["flags"] == ["page 1: data.clients is missing or null"]


@pytest.mark.parametrize(
    ("switch", "after_all", "after_abort"),
    [("not_on_abort", 1, 0), ("always", 1, 1), ("twice", 2, 2), ("never", 0, 0)],
)
@pytest.mark.parametrize("broken", [Reply(b"", 500), Reply(b"{}")])
def test_the_final_call(
    tiny: MakeApp, bench: MakeBench, switch: str, after_all: int, after_abort: int, broken: Reply
) -> None:
    app = tiny(rows(1))
    profile = {"final_call": switch, "missing_clients": "abort"}
    assert bench(app, profile=profile).pull()["state"] == "completed"
    assert app.pages.count(END) == after_all
    app.asked.clear()
    app.manner = on_page(1, broken)
    assert bench(app, profile=profile).pull()["state"] == "aborted"
    assert app.pages.count(END) == after_abort


def test_what_minus_one_is_answered_matters_not_but_is_flagged(tiny: MakeApp, bench: MakeBench) -> None:
    for reply, words in ((page_of(rows(3)), "holds clients"), (Reply(b"", 500), "answered with 500")):
        session = bench(tiny(rows(1), on_page(END, reply))).pull()
        assert (session["state"], session["created"]) == ("completed", 1)
        assert words in session["flags"][0]
