"""The puller against tiny apps over real sockets: every switch, every end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from typing import Any
from urllib.parse import urlencode

import pytest

from .conftest import MakeApp, MakeBench
from .tiny import Ask, Manner, Reply, TinyApp, page_of, rows

END = -1


def on_page(number: int, reply: Reply, *, times: int = 1_000) -> Manner:
    """Answers the first `times` requests for a page with `reply`, everything else honestly."""
    left = [times]

    def manner(ask: Ask) -> Reply | None:
        if ask.method != "GET" or ask.page != number or not left[0]:
            return None
        left[0] -= 1
        return reply

    return manner


# ---- the walk ----


@pytest.mark.parametrize(
    ("count", "per_page", "pages"),
    [
        (0, 2, [1, END]),
        (1, 2, [1, END]),
        (2, 2, [1, 2, END]),
        (3, 2, [1, 2, END]),
        (4, 2, [1, 2, 3, END]),
        (3, 1, [1, 2, 3, 4, END]),
    ],
)
def test_pages_to_the_short_one_then_minus_one(
    tiny: MakeApp, bench: MakeBench, count: int, per_page: int, pages: list[int]
) -> None:
    app = tiny(rows(count))
    made = bench(app, profile={"per_page": per_page})
    session = made.pull()
    assert app.pages == pages
    assert made.external_ids() == list(range(count))
    assert (session["state"], session["ended_because"], session["received"]) == ("completed", "complete", count)
    assert not session["stressed"]


def test_the_request_is_the_documented_one(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny()
    made = bench(app)
    made.pull()
    first, last = app.asked
    known = {"business_uid": made.credentials["business_uid"], "staff_uid": made.credentials["staff_uid"]}
    assert (first.method, first.path) == ("GET", "/app/clients/export")
    assert first.query == {**known, "page": "1", "per_page": "100"}
    assert last.query == {**known, "page": "-1", "per_page": "100"}
    assert "Authorization" not in first.headers


def test_what_the_journal_says_of_a_pull(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3), on_page(2, Reply(b"oops", 500)))
    made = bench(app, profile={"per_page": 2})
    session = made.pull()
    page, bad = made.rows()
    assert (page["direction"], page["operation"], page["group"]) == ("out", "export.page", session["id"])
    assert (page["status"], page["delivery"], page["committed"], page["why"]) == (200, "complete", True, None)
    assert page["response"]["body_bytes"] == len(page["response"]["body"])
    assert page["request"]["headers"]["host"] == app.url.removeprefix("http://")
    assert (bad["status"], bad["why"]) == (500, "the answer has the status 500")


@pytest.mark.parametrize(
    ("path", "profile", "arrives"),
    [
        ("/", {}, "/app/clients/export"),
        ("/acme/", {}, "/acme/app/clients/export"),
        ("/", {"join": "naive"}, "//app/clients/export"),
    ],
)
def test_joining_the_address(tiny: MakeApp, bench: MakeBench, path: str, profile: dict[str, Any], arrives: str) -> None:
    app = tiny()
    made = bench(app, profile=profile, document={"api_uri": app.url + path})
    made.pull()
    assert app.asked[0].path == arrives


def test_the_session_id_may_be_in_the_query(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny()
    session = bench(app, profile={"export_session_id": True}).pull()
    assert {ask.query["session_id"] for ask in app.asked} == {session["id"]}


@pytest.mark.parametrize("kind", ["header", "hmac", "jws"])
def test_the_request_may_prove_itself(tiny: MakeApp, bench: MakeBench, kind: str) -> None:
    app = tiny()
    made = bench(app, profile={"export_auth": kind})
    made.pull()
    secret = made.credentials["client_secret"].encode()
    ask = app.asked[0]
    if kind == "hmac":
        digest = hmac.new(secret, urlencode(ask.query).encode(), hashlib.sha256).hexdigest()
        assert ask.headers["X-Vcita-Signature"] == f"sha256={digest}"
    elif kind == "header":
        assert ask.headers["Authorization"] == f"Bearer {secret.decode()}"
    else:
        signed, _, mac = ask.headers["Authorization"].removeprefix("Bearer ").rpartition(".")
        expected = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        assert base64.urlsafe_b64decode(mac + "=") == expected
        payload = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
        assert payload["page"] == "1"


@pytest.mark.parametrize(("switch", "sent"), [("owner", "owner"), ("empty", ""), ("absent", None)])
def test_staff_uid_when_no_staff_started_it(tiny: MakeApp, bench: MakeBench, switch: str, sent: str | None) -> None:
    app = tiny()
    made = bench(app, profile={"staff_uid_without_staff": switch})
    assert made.start(who="token_app").status_code == 201
    made.until_quiet()
    expected = made.credentials["staff_uid"] if sent == "owner" else sent
    # An empty parameter is not kept by the app's parser, but it is in the query.
    query = made.rows()[0]["query"]
    assert ("staff_uid=" in query) == (sent is not None)
    assert app.asked[0].query.get("staff_uid") == (expected or None)


# ---- abnormal answers ----

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


# ---- the cap ----


@pytest.mark.parametrize(
    ("overflow", "count", "expected"),
    [
        ("stop", 3, ("complete", 3, 0, 0)),
        ("stop", 4, ("complete", 4, 0, 0)),
        ("stop", 5, ("the cap of 4 clients per session was reached", 4, 0, 1)),
        ("stop", 7, ("the cap of 4 clients per session was reached", 4, 0, 2)),
        ("fail_rest", 4, ("complete", 4, 0, 0)),
        ("fail_rest", 7, ("complete", 4, 3, 0)),
    ],
)
def test_the_cap_to_the_client(
    tiny: MakeApp, bench: MakeBench, overflow: str, count: int, expected: tuple[Any, ...]
) -> None:
    made = bench(tiny(rows(count)), profile={"per_page": 2, "cap": 4, "overflow": overflow})
    session = made.pull()
    assert session["state"] == "completed"
    assert tuple(session[key] for key in ("ended_because", "created", "failed", "left_out")) == expected


# ---- the start ----


def test_the_first_page_may_beat_the_answer(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1))
    made = bench(app, profile={"start": "before-answer"})
    made.start()
    assert 1 in app.pages
    made.until_quiet()


def test_an_answer_does_not_wait_for_ever_for_the_first_page(
    tiny: MakeApp, bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customhouse_fakes.intandem.puller.pull.HOLD_S", 0.05)
    answered = threading.Event()
    app = tiny(rows(1), on_page(1, Reply(b'{"data": {"clients": []}}', wait=answered)))
    made = bench(app, profile={"start": "before-answer"})
    assert made.start().status_code == 201
    answered.set()
    made.until_quiet()
    assert made.sessions()[0]["state"] == "completed"


def test_the_start_may_be_delayed(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1))
    made = bench(app, profile={"start_delay_s": 3600.0})
    made.start()
    assert made.sessions()[0]["state"] == "queued"
    assert app.asked == []
    made.harness.run(made.sandbox.clock.advance, 3600)
    made.until_quiet()
    assert made.sessions()[0]["state"] == "completed"


# ---- several at once ----


def test_a_session_that_hangs_blocks_no_other(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(5))
    hung = threading.Event()

    def manner(ask: Ask) -> Reply | None:
        if ask.page != 2 or hung.is_set():
            return None
        hung.set()
        return Reply(wait=app.over)

    app.manner = manner
    made = bench(app, profile={"per_page": 2})
    first = made.start().json()["data"]["session_id"]
    assert hung.wait(10)
    second = made.start().json()["data"]["session_id"]
    made.until_ended(second)
    states = {session["id"]: session["state"] for session in made.sessions()}
    assert states == {first: "asking", second: "completed"}
    assert made.external_ids() == [0, 1, 2, 3, 4]


def test_many_sessions_and_businesses_at_once(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny()

    def own_rows(ask: Ask) -> Reply | None:
        size = int(ask.query["per_page"])
        own = [{**row, "email": f"{row['external_id']}@{ask.query['business_uid']}"} for row in rows(25)]
        return page_of(own[(ask.page - 1) * size : ask.page * size] if ask.page > 0 else [])

    app.manner = own_rows
    made = bench(app, profile={"per_page": 4}, document={"businesses": 8})
    for business in made.credentials["businesses"]:
        assert made.start(who=business["token"]).status_code == 201
    made.until_quiet()
    assert {session["state"] for session in made.sessions()} == {"completed"}
    for business in made.credentials["businesses"]:
        own = [client for client in made.clients() if client["business_uid"] == business["business_uid"]]
        assert [client["external_id"] for client in own] == list(range(25))
        assert {client["email"].partition("@")[2] for client in own} == {business["business_uid"]}


def test_a_reset_ends_what_runs(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1))
    app.manner = on_page(1, Reply(wait=app.over), times=1)
    made = bench(app)
    made.start()
    made.harness.run(made.sandbox.reset)
    made.until_quiet()
    assert (made.sessions(), made.rows()) == ([], [])
    assert made.pull()["state"] == "completed"
