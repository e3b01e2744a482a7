"""Webhooks over real sockets: what is told to whom, verified by both packages, and retried on the sandbox's clock."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standardwebhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.rally import hooks
from customhouse_fakes.rally.schemas import schema
from customhouse_fakes.rally.svix import TAMPERS
from tests.fakes.intandem.tiny import Ask, Reply, TinyApp
from tests.fakes.rally.conftest import MakeDoor
from tests.fakes.rally.door import Door

FINISHED, OPTED_OUT = "person_import.api.finished", "person.opted_out"
AT_ONCE = {"processing": "at_once"}
DAY_S = 24 * 3600.0


def verified(ask: Ask, secret: str) -> dict[str, Any]:
    """The event, if both packages accept it."""
    headers = {name.lower(): value for name, value in ask.headers.items()}
    SvixWebhook(secret).verify(ask.body, headers)
    StandardWebhook(secret).verify(ask.body, {name.replace("svix-", "webhook-"): headers[name] for name in headers})
    event: dict[str, Any] = json.loads(ask.body)
    assert schema("answers", event["_eventType"]).problems(event) == []
    return event


def told(door: Door, receiver: TinyApp, count: int) -> list[dict[str, Any]]:
    door.until(count)
    assert len(receiver.asked) == count
    return [verified(ask, door.credentials["webhook_secret"]) for ask in receiver.asked]


def header(ask: Ask, name: str) -> str:
    return {key.lower(): value for key, value in ask.headers.items()}[name]


@pytest.mark.parametrize("prefix", ["svix", "webhook"])
def test_the_end_of_an_import_is_told_and_signed(make_door: MakeDoor, receiver: TinyApp, prefix: str) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile={"webhook_prefix": prefix})
    id = door.begin({"email": "a@x.io"}, {"email": "b@x.io", "lastContactDate": "never"})
    (event,) = told(door, receiver, 1)
    assert event | {"updatedAt": ""} == {
        "_eventType": FINISHED, "importId": id, "status": "COMPLETED", "updatedAt": "",
        "failedRecords": [{"email": "b@x.io"}],
    }  # fmt: skip
    assert header(receiver.asked[0], f"{prefix}-id").startswith("msg_")
    (delivery,) = door.deliveries()
    assert (delivery["group"], delivery["state"], delivery["event"]) == (id, "delivered", FINISHED)
    assert [line for line in door.export("delivery") if line["id"] == delivery["id"]]


def test_opting_out_is_told_in_both_directions_and_only_when_it_changes(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": receiver.url, "events": [OPTED_OUT]}, profile=AT_ONCE)
    door.control("POST", "/seed", {"people": [{"email": "a@x.io"}]})
    for out in (True, True, False):
        door.send("PUT", "/people/a@x.io/opted-out", {"isOptedOut": out})
    door.take({"email": "a@x.io", "isOptedOut": True})
    events = told(door, receiver, 3)
    assert [(event["email"], event["optedOut"]) for event in events] == [
        ("a@x.io", True), ("a@x.io", False), ("a@x.io", True),
    ]  # fmt: skip


def test_an_event_can_arrive_before_the_answer(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile={**AT_ONCE, "webhook_moment": "before_answer"})
    id = door.begin({"email": "a@x.io"})
    (ask,) = receiver.asked
    assert verified(ask, door.credentials["webhook_secret"])["importId"] == id


def test_a_receiver_that_never_answers_does_not_hold_the_answer_for_ever(
    make_door: MakeDoor, receiver: TinyApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customhouse_fakes.rally.working.HOLD_S", 0.01)
    receiver.manner = lambda _: Reply(wait=receiver.over)
    door = make_door(app={"webhook_url": receiver.url}, profile={**AT_ONCE, "webhook_moment": "before_answer"})
    assert door.begin({"email": "a@x.io"})
    assert door.deliveries()[0]["attempts"] == []


def test_the_whole_schedule_is_kept_and_every_attempt_signed_anew(make_door: MakeDoor, receiver: TinyApp) -> None:
    receiver.manner = lambda _: Reply(status=302, headers={"Location": receiver.url})
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    begin = door.harness.run(door.sandbox.clock.freeze)
    door.begin({"email": "a@x.io"})
    for attempt, wait in enumerate((*hooks.RETRY_AFTER_S, DAY_S), start=1):
        door.until(attempt)
        door.harness.run(door.sandbox.clock.advance, wait)
    (delivery,) = door.deliveries()
    waits = [0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0]
    times = [begin + sum(waits[: n + 1]) for n in range(8)]
    assert [attempt["at"] for attempt in delivery["attempts"]] == pytest.approx(times)
    assert delivery["state"] == "failed"
    assert len({header(ask, "svix-id") for ask in receiver.asked}) == 1
    assert [int(header(ask, "svix-timestamp")) for ask in receiver.asked] == [int(time) for time in times]
    assert len({header(ask, "svix-signature") for ask in receiver.asked}) == 8


def test_who_takes_too_long_is_tried_again(make_door: MakeDoor, receiver: TinyApp) -> None:
    receiver.manner = lambda ask: Reply(wait=receiver.over) if ask.n == 1 else None
    door = make_door(app={"webhook_url": receiver.url}, profile={**AT_ONCE, "webhook_timeout_s": 0.05})
    door.begin({"email": "a@x.io"})
    door.until(1)
    assert door.deliveries()[0]["attempts"][0]["why"] == "no answer within 0.05 s"
    door.control("POST", "/clock", {"action": "advance", "seconds": 5})
    door.until(2)
    assert door.deliveries()[0]["state"] == "delivered"


def test_an_answer_can_end_the_retries(make_door: MakeDoor, receiver: TinyApp) -> None:
    receiver.manner = lambda _: Reply(status=500, headers={"Webhook-Delivery": "abort-message"})
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    door.begin({"email": "a@x.io"})
    door.until(1)
    (delivery,) = door.deliveries()
    assert (delivery["state"], delivery["next_at"]) == ("aborted", None)
    receiver.manner = None
    door.control("POST", f"/deliveries/{delivery['id']}/deliver-now")
    door.until(2)
    assert door.deliveries()[0]["state"] == "delivered"
    assert len({header(ask, "svix-id") for ask in receiver.asked}) == 1


def test_an_endpoint_that_fails_for_days_is_switched_off(make_door: MakeDoor, receiver: TinyApp) -> None:
    receiver.manner = lambda _: Reply(status=500)
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    door.harness.run(door.sandbox.clock.freeze)
    for _ in range(3):
        door.begin({"email": "a@x.io"})
    door.until(3)
    (endpoint,) = door.control("GET", "/webhook-endpoints").json()["endpoints"]
    assert endpoint["failing_since"] == pytest.approx(door.sandbox.clock.now())
    door.harness.run(door.sandbox.clock.advance, 5 * DAY_S)
    door.until(4)
    (endpoint,) = door.control("GET", "/webhook-endpoints").json()["endpoints"]
    assert endpoint["disabled_at"] == pytest.approx(door.sandbox.clock.now())
    door.until(6)
    assert {one["state"] for one in door.deliveries()} == {"failed"}
    receiver.manner = None
    door.begin({"email": "b@x.io"})
    assert door.control("GET", "/webhook-endpoints").json()["endpoints"][0]["lost"] == 1
    assert len(door.deliveries()) == 3
    door.control("PUT", "/webhook-endpoints", {"endpoints": [{"url": receiver.url}]})
    asked = len(door.rows("webhook.deliver"))
    door.begin({"email": "c@x.io"})
    door.until(asked + 1)
    assert door.deliveries()[-1]["state"] == "delivered"


def test_endpoints_are_replaced_whole_and_only_by_good_ones(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": "http://127.0.0.1:9/old"}, profile=AT_ONCE)
    rows: list[dict[str, Any]] = [{}, {"url": receiver.url, "events": ["none"]}, {"url": "http://192.0.2.1/"}]
    for bad in ({}, *({"endpoints": [row]} for row in rows)):
        assert door.control("PUT", "/webhook-endpoints", bad).status_code == 400
    assert [one["url"] for one in door.control("GET", "/webhook-endpoints").json()["endpoints"]] == [
        "http://127.0.0.1:9/old"
    ]
    both = [{"url": f"{receiver.url}/a"}, {"url": f"{receiver.url}/b", "events": [OPTED_OUT]}]
    assert len(door.control("PUT", "/webhook-endpoints", {"endpoints": both}).json()["endpoints"]) == 2
    door.begin({"email": "a@x.io"})
    told(door, receiver, 1)
    assert [ask.path for ask in receiver.asked] == ["/a"]


@pytest.mark.parametrize(
    "app",
    [{"webhook_url": 5}, {"events": [FINISHED]}, {"api_uri": "http://x"}, {"webhook_url": "http://192.0.2.1"}],
)
def test_an_app_that_makes_no_sense_is_refused(make_door: MakeDoor, app: object) -> None:
    with pytest.raises(HarnessError, match=r"refused|not called"):
        make_door(app=app)


# ---- faults ----


def faulty(door: Door, **fault: Any) -> None:
    answer = door.control("PUT", "/faults", {"faults": [{"operation": "webhook.deliver", **fault}]})
    assert answer.status_code == 200, answer.text


def test_a_duplicate_has_the_same_id_and_is_signed_like_the_first(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    faulty(door, duplicate=2)
    door.begin({"email": "a@x.io"})
    told(door, receiver, 3)
    assert len({header(ask, "svix-id") for ask in receiver.asked}) == 1


def test_a_dropped_one_never_comes(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    faulty(door, drop=True, calls={"first": 1})
    door.begin({"email": "a@x.io"})
    door.begin({"email": "b@x.io"})
    told(door, receiver, 1)
    assert [one["state"] for one in door.deliveries()] == ["dropped", "delivered"]


@pytest.mark.parametrize("tamper", sorted(TAMPERS))
def test_one_that_was_tampered_with_comes_beside_the_good_one(
    make_door: MakeDoor, receiver: TinyApp, tamper: str
) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    faulty(door, tamper=tamper, beside=True)
    door.begin({"email": "a@x.io"})
    door.until(2)
    bad, good = receiver.asked
    verified(good, door.credentials["webhook_secret"])
    if tamper == "two_signatures":
        verified(bad, door.credentials["webhook_secret"])
    else:
        with pytest.raises(Exception, match=r"."):
            verified(bad, door.credentials["webhook_secret"])
    assert [row.faults for row in door.rows("webhook.deliver")] == [("F1",), ("F1",)]


def test_a_secret_is_never_shown(make_door: MakeDoor, receiver: TinyApp) -> None:
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    door.send("GET", f"/people/{door.credentials['webhook_secret']}/opted-out")
    shown = door.control("GET", "/journal").text
    assert door.credentials["webhook_secret"] not in shown
    assert door.credentials["token"] not in shown


def test_a_reset_ends_what_was_to_be_tried_again(make_door: MakeDoor, receiver: TinyApp) -> None:
    receiver.manner = lambda _: Reply(status=500)
    door = make_door(app={"webhook_url": receiver.url}, profile=AT_ONCE)
    door.begin({"email": "a@x.io"})
    door.until(1)
    door.control("POST", "/reset")
    door.control("POST", "/clock", {"action": "advance", "seconds": DAY_S})
    assert (door.deliveries(), len(receiver.asked)) == ([], 1)
    assert door.control("GET", "/webhook-endpoints").json()["endpoints"][0]["failing_since"] is None
