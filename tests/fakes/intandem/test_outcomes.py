"""What the world hears: webhooks page by page, and the mail at the end, by SMTP too."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import socket
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intandem.provider import IntandemProvider

from .bench import Bench
from .conftest import MakeApp, MakeBench
from .tiny import Reply, TinyApp, rows

HOOK = "/hook"
EVENT = "bulk_import/done"


def subscribe(made: Bench, app: TinyApp, event: str = EVENT, who: str = "token") -> None:
    body = {"event": event, "target_url": app.url + HOOK}
    assert made.send("POST", "/platform/v1/webhook/subscribe", body, who=who).status_code == 201


def heard(app: TinyApp) -> list[Any]:
    return [json.loads(ask.body) for ask in app.asked if ask.path == HOOK]


@pytest.mark.parametrize("who", ["token", "token_app", "token_directory"])
def test_one_event_per_page_as_published(tiny: MakeApp, bench: MakeBench, who: str) -> None:
    source = [*rows(3), {"last_name": "nobody", "external_id": 9}]
    app = tiny(source)
    made = bench(app, profile={"per_page": 2})
    subscribe(made, app, who=who)
    session = made.pull()
    events = heard(app)
    assert [event["data"]["page"] for event in events] == [1, 2, 3]
    assert [event["data"]["import_done"] for event in events] == [False, False, True]
    nothing = {"count": 0, "external_ids": []}
    assert events[1] == {
        "entity_name": "bulk_import",
        "event_type": "done",
        "data": {
            "session_id": session["id"],
            "processed_entity": "clients",
            "import_done": False,
            "page": 2,
            "clients_import_status": {
                "created": {"count": 1, "external_ids": [2]},
                "failed": {"count": 1, "external_ids": [9]},
                "updated": nothing,
                "skipped": nothing,
            },
        },
    }


def test_nobody_elses_webhooks(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1))
    made = bench(app, document={"businesses": 2})
    subscribe(made, app, who=made.credentials["businesses"][1]["token"])
    subscribe(made, app, event="client/created")
    made.pull()
    assert heard(app) == []


def test_the_array_envelope_and_the_signature(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1))
    made = bench(app, profile={"webhook_envelope": "array", "webhook_signature": "hmac"})
    subscribe(made, app)
    made.pull()
    (ask,) = [ask for ask in app.asked if ask.path == HOOK]
    assert isinstance(json.loads(ask.body), list)
    digest = hmac.new(made.credentials["client_secret"].encode(), ask.body, hashlib.sha256).hexdigest()
    assert ask.headers["X-Vcita-Signature"] == f"sha256={digest}"


def test_client_created_events(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3))
    made = bench(app, profile={"client_created_events": True})
    subscribe(made, app, event="client/created")
    made.pull()
    assert [event["data"]["first_name"] for event in heard(app)] == ["Name0", "Name1", "Name2"]


def test_a_failing_hook_is_tried_again_on_the_sandboxes_clock(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(1), lambda ask: Reply(b"", 500) if ask.path == HOOK else None)
    made = bench(app, profile={"webhook_retries": 1, "webhook_retry_s": 600.0})
    subscribe(made, app)
    failed = made.next_row("webhook.deliver")
    session = made.start().json()["data"]["session_id"]
    made.until_ended(session)
    assert failed.wait(10)
    (pending,) = made.export("delivery")
    assert (pending["state"], len(pending["attempts"])) == ("pending", 1)
    app.manner = None
    made.harness.run(made.sandbox.clock.advance, 600)
    made.until_quiet()
    (delivery,) = made.control("GET", "/deliveries").json()["deliveries"]
    assert (delivery["state"], [one["status"] for one in delivery["attempts"]]) == ("delivered", [500, 204])
    assert made.control("POST", "/deliveries/delivery-1/deliver-now").status_code == 202
    made.until_quiet()
    assert len(heard(app)) == 3
    assert made.control("POST", "/deliveries/delivery-9/deliver-now").status_code == 404


@pytest.mark.parametrize(
    ("fault", "pages"),
    [
        ({"drop": True, "calls": {"nth": [1]}}, [2]),
        ({"duplicate": 2, "calls": {"nth": [1]}}, [1, 1, 1, 2]),
    ],
)
def test_webhook_faults(tiny: MakeApp, bench: MakeBench, fault: dict[str, Any], pages: list[int]) -> None:
    app = tiny(rows(3))
    made = bench(app, profile={"per_page": 2})
    subscribe(made, app)
    made.harness.run(made.sandbox.faults.put, {"faults": [{"operation": "webhook.deliver", **fault}]})
    made.pull()
    assert [event["data"]["page"] for event in heard(app)] == pages
    assert made.sandbox.faults.served == {"F1": 1}


def test_a_late_webhook_is_overtaken(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3))
    made = bench(app, profile={"per_page": 2})
    subscribe(made, app)
    fault = {"operation": "webhook.deliver", "delay_s": 60, "calls": {"nth": [1]}}
    made.harness.run(made.sandbox.faults.put, {"faults": [fault]})
    second = made.next_row("webhook.deliver")
    made.start()
    assert second.wait(10)
    made.harness.run(made.sandbox.clock.advance, 60)
    made.until_quiet()
    assert [event["data"]["page"] for event in heard(app)] == [2, 1]


def test_a_hook_out_of_the_fence_is_not_called(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(1)))
    body = {"event": EVENT, "target_url": "http://192.0.2.1/hook"}
    made.send("POST", "/platform/v1/webhook/subscribe", body)
    made.pull()
    (delivery,) = made.export("delivery")
    assert delivery["state"] == "failed"
    assert "neither loopback nor on the allow-list" in delivery["attempts"][0]["why"]


# ---- mail ----


def test_the_summary(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny([*rows(3), {"external_id": "x9"}]), profile={"per_page": 10})
    made.pull()
    (mail,) = made.control("GET", "/mail").json()["mail"]
    assert (mail["to"], mail["state"]) == ("staff1@business1.example", "kept")
    assert mail["subject"] == "Your client import is complete"
    assert "Created: 3" in mail["text"]
    assert "Failed attempts: 1" in mail["text"]
    assert "page 1, row 4 (x9): first_name is mandatory" in mail["text"]


def test_no_summary_when_none_was_wanted(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(rows(1)))
    made.pull(send_notifications_when_done=False)
    assert made.export("mail") == []


def test_an_abort_is_told_too(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny((), lambda _: Reply(b"", 500)))
    made.pull()
    (mail,) = made.export("mail")
    assert mail["subject"] == "Your client import did not finish"
    assert "The import ended early: page 1: the answer has the status 500" in mail["text"]


def test_a_long_list_of_failures_is_cut(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny([{}] * 150), profile={"per_page": 1000})
    made.pull()
    assert "- and 50 more" in made.export("mail")[0]["text"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Postbox:
    """What arrived at a real SMTP server."""

    def __init__(self) -> None:
        self.letters: queue.Queue[tuple[str, list[str], Message]] = queue.Queue()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.put((envelope.mail_from, envelope.rcpt_tos, letter))
        return "250 OK"


def test_the_summary_reaches_a_real_server() -> None:
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with Harness([IntandemProvider()], smtp=f"127.0.0.1:{server.port}") as harness, TinyApp(rows(2)) as app:
            made = Bench(harness, app)
            made.pull()
            assert [mail["state"] for mail in made.export("mail")] == ["sent"]
            made.close()
    finally:
        server.stop()
    sender, to, letter = postbox.letters.get(timeout=10)
    assert (sender, to) == ("no-reply@intandem.example", ["staff1@business1.example"])
    assert letter["Subject"] == "Your client import is complete"
    assert "Created: 2" in letter.get_content()  # type: ignore[attr-defined]  # the default policy makes EmailMessages


def test_a_server_that_is_not_there_is_told() -> None:
    with TinyApp() as gone:
        address = gone.url.removeprefix("http://")
    with Harness([IntandemProvider()], smtp=address) as harness, TinyApp(rows(1)) as app:
        made = Bench(harness, app)
        assert made.pull()["state"] == "completed"
        (mail,) = made.export("mail")
        assert mail["state"] == "failed"
        assert "did not take it" in mail["why"]
        made.close()


def test_a_hook_that_hangs_holds_up_no_page(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3))
    app.manner = lambda ask: Reply(wait=app.over) if ask.path == HOOK else None
    made = bench(app, profile={"per_page": 1})
    subscribe(made, app)
    session = made.start().json()["data"]["session_id"]
    made.until_ended(session)
    assert made.sessions()[0]["state"] == "completed"
