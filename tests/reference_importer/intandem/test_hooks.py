"""Webhooks: whatever comes, in whatever order and however often."""

from __future__ import annotations

from typing import Any

import pytest

from reference_importer.intandem import hooks

from .conftest import App, MakeApp, people
from .peers import SESSION_ID, Vendor


def event(page: int, session: Any = SESSION_ID, *, done: bool = False, **ids: list[Any]) -> dict[str, Any]:
    outcomes = {name: {"count": len(found), "external_ids": found} for name, found in ids.items()}
    data = {"session_id": session, "processed_entity": "clients", "import_done": done, "page": page}
    return {
        "entity_name": "bulk_import", "event_type": "done", "data": {**data, "clients_import_status": outcomes},
    }  # fmt: skip


def post(app: App, document: Any) -> int:
    return app.client.post("/webhooks/bulk_import", json=document).status_code


def imported(make_app: MakeApp, count: int = 4) -> App:
    app = make_app(people(count))
    app.start()
    app.walk(2).whole()
    return app


def test_objects_and_arrays_twice_and_out_of_order_add_up(make_app: MakeApp) -> None:
    app = imported(make_app)
    one, two = event(1, created=["p0", "p1"]), event(2, done=True, updated=["p2"], skipped=["p3"])
    assert [post(app, document) for document in (two, [one], one, [two, one])] == [200] * 4
    (session,) = app.report()["sessions"]
    assert session["told"] == {"import_done": True, "created": 2, "updated": 1, "skipped": 1, "failed": 0}
    assert (session["complete"], app.report()["exit_code"]) == (True, 0)


def test_failures_are_named(make_app: MakeApp) -> None:
    app = imported(make_app)
    post(app, [event(1, created=["p0"], failed=["p1"]), event(2, done=True, created=["p2", "p3"])])
    (session,) = app.report()["sessions"]
    assert (session["failures"], session["lacks"]) == (["p1"], "inTandem failed 1 clients")
    assert "p1" in "".join(app.said)
    assert "1 failed" in app.client.get("/").get_data(as_text=True)


def test_counts_that_do_not_add_up(make_app: MakeApp) -> None:
    app = imported(make_app)
    post(app, event(1, done=True, created=["p0"]))
    assert "told what became of 1 clients, 4 were handed out" in app.report()["sessions"][0]["lacks"]
    assert app.report()["exit_code"] == 1


def test_before_the_answer_of_the_start(make_app: MakeApp, vendor: Vendor) -> None:
    app = make_app(people(1))
    vendor.meanwhile = lambda: post(app, event(1, done=True, created=["p0"]))
    app.start()
    app.walk().whole()
    assert app.report()["sessions"][0]["told"]["created"] == 1


def test_a_number_as_session_id(make_app: MakeApp, vendor: Vendor) -> None:
    vendor.answer = 201, {"success": True, "data": {"session_id": 7}}
    app = imported(make_app, 1)
    post(app, event(1, 7, done=True, created=["p0"]))
    assert app.report()["exit_code"] == 0


def test_unknown_sessions_are_counted_and_bounded(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "MOST_UNKNOWN", 3)
    app = imported(make_app)
    assert [post(app, event(n, f"x{n}", failed=["z"])) for n in range(6)] == [200] * 6
    assert app.report()["unmatched_webhooks"] == 3
    assert post(app, event(1, created=["p0", "p1"])) == 200
    assert app.report()["sessions"][0]["told"]["created"] == 2


ODD: list[Any] = [
    [],
    {},
    {"entity_name": "client", "event_type": "created", "data": {}},
    event(1, None),
    {**event(1), "data": "x"},
    {"entity_name": "bulk_import", "event_type": "done", "data": {"session_id": "s", "clients_import_status": 3}},
    {**event(1), "data": {"session_id": {"a": 1}, "page": [1], "clients_import_status": {"failed": {"count": "x"}}}},
]


@pytest.mark.parametrize("document", ODD)
def test_odd_ones_do_no_harm(make_app: MakeApp, document: Any) -> None:
    app = imported(make_app)
    assert post(app, document) == 200
    assert app.report()["exit_code"] == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"x"'])
def test_what_is_no_webhook_is_refused(make_app: MakeApp, content: bytes) -> None:
    app = imported(make_app)
    assert app.client.post("/webhooks/bulk_import", data=content).status_code == 400


@pytest.mark.parametrize(
    ("answer", "quiet"),
    [
        ((201, {"status": "OK"}), True),
        ((422, {"status": "Error", "error": "Webhook already exists"}), True),
        ((500, {"response": "Not Subscribed"}), False),
    ],
)
def test_subscribing(make_app: MakeApp, vendor: Vendor, answer: Any, quiet: bool) -> None:
    vendor.subscribed = answer
    app = make_app(people(1), "--webhook-url", "http://127.0.0.1:1/webhooks/bulk_import")
    assert app.start()[0] == 200
    assert vendor.seen[0].body == {"event": "bulk_import/done", "target_url": "http://127.0.0.1:1/webhooks/bulk_import"}
    assert ("no webhooks will come" in "".join(app.said)) is not quiet
