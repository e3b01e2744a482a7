"""The walk against tiny apps over real sockets: which pages are asked for, how, and up to which number of clients."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes.intandem.conftest import MakeApp, MakeBench
from tests.fakes.intandem.tiny import END, Reply, on_page, rows


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
