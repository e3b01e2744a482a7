"""When a session starts, and several at once."""

from __future__ import annotations

import threading

import pytest

from tests.fakes.intandem.conftest import MakeApp, MakeBench
from tests.fakes.intandem.tiny import Ask, Reply, on_page, page_of, rows


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
