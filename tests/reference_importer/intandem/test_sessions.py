"""When a session begins and ends, whose it is, and who sees anything."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from reference_importer.common.clock import SystemClock

from .conftest import MakeApp, people, write
from .peers import TOKEN, Trouble, Upstream, Vendor


class Later(SystemClock):
    """The machine's clock, set forward by `by` seconds."""

    by = 0.0

    def now(self) -> float:
        return super().now() + self.by


def test_done_twice_and_early_is_harmless_and_the_next_session_is_fresh(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(people(25))
    walk = app.walk()
    assert walk.page(-1) == (200, [])
    app.start()
    assert walk.page(-1) == (200, [])
    assert walk.whole() == people(25)
    assert walk.page(-1) == walk.page(-1, "nonsense") == (200, [])
    assert walk.page(1) == (404, [])
    write(tmp_path / "rows.ndjson", people(7, "new"))
    app.start()
    assert app.walk().whole() == people(7, "new")
    assert [one["state"] for one in app.report()["sessions"]] == ["complete", "complete"]


def test_nobody_sees_anything_before_and_after_a_session_or_of_another_business(make_app: MakeApp) -> None:
    app = make_app(people(5))
    assert app.walk().page(1) == (404, [])
    app.start()
    assert app.walk(business="stranger").page(1) == (404, [])
    app.walk().whole()
    assert app.walk().page(1) == (404, [])


def test_two_businesses_are_never_mixed(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: Vendor
) -> None:
    monkeypatch.delenv("INTANDEM_TOKEN")
    monkeypatch.setenv("INTANDEM_TOKENS", '{"biz-1": "tok-one", "biz-2": "tok-two"}')
    other = write(tmp_path / "other.ndjson", people(31, "o"))
    app = make_app(people(28), "--source-of", f"biz-2={other}")
    assert [app.start("biz-1")[0], app.start("biz-2")[0], app.start("biz-3")[0]] == [200, 200, 404]
    one, two = app.walk(business="biz-1"), app.walk(business="biz-2")
    pages = [(one.page(n)[1], two.page(n)[1]) for n in (1, 2, 3, 4)]
    assert [row for page, _ in pages for row in page] == people(28)
    assert [row for _, page in pages for row in page] == people(31, "o")
    assert one.page(-1) == (200, [])
    assert two.page(2) == (200, people(31, "o")[10:20])
    assert one.page(2) == (404, [])
    assert [seen.headers["Authorization"] for seen in vendor.starts] == ["Bearer tok-one", "Bearer tok-two"]


def test_a_second_start_shares_the_snapshot(make_app: MakeApp, tmp_path: Path, vendor: Vendor) -> None:
    app = make_app(people(25))
    app.start()
    assert app.walk().page(1) == (200, people(25)[:10])
    write(tmp_path / "rows.ndjson", people(9, "changed"))
    assert app.start()[0] == 200
    first, second = app.walk(), app.walk(5)
    assert first.pages() == people(25)
    assert second.pages() == people(25)
    assert first.page(-1) == (200, [])
    assert second.page(2) == (200, people(25)[5:10])
    assert second.page(-1) == (200, [])
    assert (second.page(1), len(vendor.starts)) == ((404, []), 2)
    assert [one["complete"] for one in app.report()["sessions"]] == [True, True]


def test_a_session_that_is_forgotten_frees_the_next(make_app: MakeApp, tmp_path: Path) -> None:
    clock = Later()
    app = make_app(people(25), "--session-timeout", "60", clock=clock)
    app.start()
    assert app.walk().page(1) == (200, people(25)[:10])
    app.start()
    assert app.walk().whole() == people(25)
    assert [one["state"] for one in app.report()["sessions"]] == ["open", "complete"]
    clock.by += 61
    assert app.walk().page(2) == (404, [])
    write(tmp_path / "rows.ndjson", people(3, "new"))
    app.start()
    assert app.walk().whole() == people(3, "new")
    assert [one["state"] for one in app.report()["sessions"]] == ["expired", "complete", "complete"]
    assert app.report()["exit_code"] == 1


def test_a_session_that_was_cut_short_is_abandoned_by_the_next(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(people(25))
    app.start()
    app.walk().page(1)
    app.walk().page(-1)
    write(tmp_path / "rows.ndjson", people(3, "new"))
    app.start()
    assert app.walk().whole() == people(3, "new")
    assert [one["state"] for one in app.report()["sessions"]] == ["abandoned", "complete"]
    assert len(list((tmp_path / "state.sqlite.snapshots").iterdir())) == 1


def test_pages_that_nobody_asked_for_are_missed(make_app: MakeApp) -> None:
    app = make_app(people(25))
    app.start()
    walk = app.walk()
    assert [len(walk.page(page)[1]) for page in (1, 3)] == [10, 5]
    walk.page(-1)
    (session,) = app.report()["sessions"]
    assert (session["state"], session["handed_out"], session["complete"]) == ("gapped", 15, False)
    assert "never asked for 10" in session["lacks"]


def test_the_first_page_may_be_asked_for_before_the_answer_is_there(make_app: MakeApp, vendor: Vendor) -> None:
    app = make_app(people(12))
    clients: list[Any] = []
    vendor.meanwhile = lambda: clients.extend(app.walk().whole())
    assert app.start()[0] == 200
    assert clients == people(12)
    assert app.report()["sessions"][0]["state"] == "complete"


@pytest.mark.parametrize("session_id", [None, 1, "s-1", "0a35841d-d6af-40ca-82b5-0ba1dcbf4970"])
@pytest.mark.parametrize("status", [200, 201])
def test_every_form_of_session_id(make_app: MakeApp, vendor: Vendor, session_id: Any, status: int) -> None:
    vendor.answer = status, {"success": True, "data": session_id and {"session_id": session_id}}
    app = make_app(people(3))
    assert app.start()[1]["intandem_session_id"] == session_id
    assert app.walk().whole() == people(3)
    assert app.report()["exit_code"] == 0


INVALID = {"errors": [{"code": "invalid", "message": "The application x is not installed"}], "success": False}
REFUSALS = [
    (401, {"success": False, "errors": [{"code": "unauthorized", "message": "401 Unauthorized"}]}, 502, "401 Unauth"),
    (401, {"status": "failure", "message": "401 Unauthorized"}, 502, "401 Unauth"),
    (401, {"error": "Unauthorized"}, 502, "Unauthorized"),
    (422, INVALID, 502, "is not installed"),
    (429, {"error": "Too many requests"}, 503, "Too many requests"),
    (
        500,
        {"errors": [{"code": "unexpected", "message": "undefined method"}], "success": False},
        502,
        "undefined method",
    ),
    (502, b"<html>Bad gateway</html>", 502, "Bad gateway"),
    (200, {"success": False, "errors": [{"message": "no"}]}, 502, "no"),
    (302, {}, 502, "302"),
]


@pytest.mark.parametrize(("status", "document", "answered", "words"), REFUSALS)
def test_refusals_are_shown_and_not_repeated(
    make_app: MakeApp, vendor: Vendor, status: int, document: Any, answered: int, words: str
) -> None:
    vendor.answer = status, document
    app = make_app(people(3))
    code, told = app.start()
    assert (code, len(vendor.starts)) == (answered, 1)
    assert words in told["error"]
    assert app.walk().page(1) == (404, [])
    page = app.client.get("/", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "refused" in page
    assert app.report()["exit_code"] == 1
    again = app.client.get("/start?business_uid=biz-1&staff_uid=s", headers={"Accept": "text/html"})
    assert (again.status_code, again.mimetype) == (answered, "text/html")


def test_a_start_without_an_answer_is_not_repeated_and_its_pages_are_served(make_app: MakeApp, vendor: Vendor) -> None:
    vendor.answer = None
    app = make_app(people(3))
    code, told = app.start()
    assert (code, len(vendor.starts)) == (504, 1)
    assert "may have begun" in told["error"]
    assert app.walk().whole() == people(3)
    assert app.report()["sessions"][0]["complete"] is True


def test_nobody_listens_at_the_base_url(make_app: MakeApp) -> None:
    app = make_app(people(3), "--base-url", "http://127.0.0.1:9")
    code, told = app.start()
    assert code == 502
    assert "cannot connect" in told["error"]
    assert app.walk().page(1) == (404, [])


def test_a_launch_without_a_business(make_app: MakeApp) -> None:
    app = make_app(people(3))
    assert [app.client.get(f"/start{query}").status_code for query in ("", "?business_uid=a/b")] == [400, 400]


def test_the_start_says_what_comes(make_app: MakeApp, vendor: Vendor) -> None:
    app = make_app([{**people(1)[0], "Plan": "pro"}], "--map", "Plan=plan", "--override", "--no-mail")
    app.start()
    (seen,) = vendor.starts
    assert seen.path == "/business/clients/v1/apps/myimport/import"
    assert seen.body["import_params"] == {
        "should_override": True, "upload_type": "single", "send_notifications_when_done": False,
    }  # fmt: skip
    assert seen.body["fields_mapping"] == {
        "external_id": "External ID", "email": "Email", "first_name": "First name", "last_name": "Last name",
        "phone": "Phone", "address": "Address", "plan": "plan",
    }  # fmt: skip


def test_two_starts_at_once_share_one_snapshot(make_app: MakeApp, vendor: Vendor) -> None:
    app = make_app(people(40))
    barrier = threading.Barrier(2, timeout=20)
    vendor.meanwhile = barrier.wait
    threads = [threading.Thread(target=app.start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {one.snapshot for one in app.ledger.sessions()} == {1}
    assert len(vendor.starts) == 2


def test_a_source_that_changes_while_it_is_paged_out(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(people(25))
    app.start()
    walk = app.walk()
    assert walk.page(1)[1] == people(25)[:10]
    write(tmp_path / "rows.ndjson", [*people(4, "front"), *people(25)[3:]])
    assert walk.whole() == people(25)


def test_a_secret_prefix_and_doubled_slashes(make_app: MakeApp) -> None:
    app = make_app(people(3), "--prefix", "/s3cret/")
    app.start()
    query = {"business_uid": "biz-1", "page": 1, "per_page": 5}
    assert app.client.get("/app/clients/export", query_string=query).status_code == 404
    assert app.client.get("/s3cret/app/clients/export", query_string=query).status_code == 200


def test_an_error_of_our_own_is_no_page(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(people(3))
    app.start()

    def broken(*_: Any) -> list[str]:
        raise RuntimeError("boom")

    monkeypatch.setattr(app.wiring.desk.exporter.pager, "page", broken)
    assert app.walk().page(1) == (500, [])
    assert "boom" in "".join(app.said)


def test_the_source_fails_half_way(make_app: MakeApp, upstream: Upstream, vendor: Vendor, tmp_path: Path) -> None:
    upstream.rows, upstream.sizes = people(30), [10]
    upstream.trouble = [Trouble((401, {"error": "expired"}))]
    app = make_app(None, "--source-url", upstream.url)
    code, told = app.start()
    assert code == 502
    assert "was not started" in told["error"]
    assert "SOURCE_TOKEN" in told["error"]
    assert (vendor.starts, app.walk().page(1)) == ([], (404, []))
    assert list((tmp_path / "state.sqlite.snapshots").iterdir()) == []
    (session,) = app.report()["sessions"]
    assert (session["state"], app.report()["exit_code"]) == ("not_started", 1)
    upstream.trouble = []
    app.start()
    assert app.walk().whole() == people(30)


def test_a_token_that_comes_back_is_not_passed_on(make_app: MakeApp, vendor: Vendor, tmp_path: Path) -> None:
    vendor.answer = 401, {"error": f"bad token {TOKEN}"}
    app = make_app(people(3))
    _, told = app.start()
    assert told["error"].startswith("inTandem refused the import (401): bad token <redacted>")
    assert TOKEN not in str(app.report())
    assert TOKEN not in app.client.get("/").get_data(as_text=True)
