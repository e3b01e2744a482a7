"""Webhooks and mail of any sandbox: bounded, refused in words, gone with a reset."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from customhouse_fakes.core import deliveries
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.deliveries import Deliveries, Policy
from customhouse_fakes.core.errors import HarnessError, NotFoundError
from customhouse_fakes.core.faults import FaultPlan
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.outbox import SmtpServer
from customhouse_fakes.core.targets import Targets
from customhouse_fakes.core.tasks import Tasks

from .conftest import Toy

NOWHERE = "http://192.0.2.1/hook"


class Post:
    """Deliveries without a sandbox."""

    def __init__(self, tampers: Iterable[str] = ()) -> None:
        self.clock = Clock(lambda: 1000.0)
        self.clock.freeze()
        self.journal: list[Exchange] = []
        self.tasks = Tasks(pytest.fail)
        self.faults = FaultPlan([deliveries.OPERATION], tampers)
        self.deliveries = Deliveries(self.clock, Targets(), self.faults, self.journal.append, self.tasks.spawn)

    async def turn(self, attempts: int) -> None:
        """Let things happen until so many attempts were made."""
        async with asyncio.timeout(10):
            while len(self.journal) < attempts:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0)


def test_the_schedule_is_kept_on_the_clock() -> None:
    async def work() -> None:
        post = Post()
        sent = post.deliveries.send("e", NOWHERE, b"{}", group="g", policy=Policy(retry_after_s=(5.0, 300.0)))
        await post.turn(1)
        assert (sent.state, sent.next_at) == ("pending", 1005.0)
        post.clock.advance(5)
        await post.turn(2)
        assert (sent.state, sent.next_at) == ("pending", 1305.0)
        post.deliveries.deliver_now(sent.id)
        await post.turn(3)
        assert (sent.state, sent.next_at) == ("failed", None)
        assert [attempt.at for attempt in sent.attempts] == [1000.0, 1005.0, 1005.0]
        post.clock.advance(1000)
        await asyncio.sleep(0.01)
        assert len(post.journal) == 3
        assert [row.direction for row in post.journal] == ["out"] * 3
        post.tasks.cancel()

    asyncio.run(work())


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "KEPT", 2)

    async def work() -> None:
        post = Post()
        for _ in range(4):
            post.deliveries.send("e", NOWHERE, b"{}", group="g")
        assert [one.id for one in post.deliveries] == ["delivery-3", "delivery-4"]
        assert post.deliveries.total == 4
        with pytest.raises(NotFoundError):
            post.deliveries.deliver_now("delivery-1")
        post.tasks.cancel()
        await asyncio.sleep(0)

    asyncio.run(work())


def test_a_tampered_twin_goes_once_before_the_good_one() -> None:
    async def work() -> None:
        post = Post(tampers=["spoilt"])
        post.faults.put({"faults": [{"operation": "webhook.deliver", "tamper": "spoilt", "beside": True}]})
        heard: list[str] = []
        good = post.deliveries.send(
            "e",
            NOWHERE,
            b"{}",
            group="g",
            policy=Policy(retry_after_s=(5.0,)),
            sign=lambda _body, at: {"X-At": f"{at:g}"},
            tampers={"spoilt": lambda _body, _at: ({"X-At": "never"}, b"spoilt")},
            heard=lambda delivery, _attempt: heard.append(delivery.id),
        )
        await post.turn(2)
        _, twin = post.deliveries
        assert (twin.state, good.state) == ("failed", "pending")
        assert [row.request.body for row in post.journal] == [b"spoilt", b"{}"]
        assert [row.request.headers["x-at"] for row in post.journal] == ["never", "1000"]
        assert heard == [good.id]
        post.tasks.cancel()

    asyncio.run(work())


def test_what_waits_for_its_next_attempt_can_be_given_up() -> None:
    async def work() -> None:
        post = Post()
        sent = post.deliveries.send("e", NOWHERE, b"{}", group="g", policy=Policy(retry_after_s=(5.0,)))
        other = post.deliveries.send("e", f"{NOWHERE}/2", b"{}", group="g", policy=Policy(retry_after_s=(5.0,)))
        await post.turn(2)
        post.deliveries.give_up(NOWHERE)
        post.clock.advance(5)
        await post.turn(3)
        assert (sent.state, sent.next_at, len(sent.attempts)) == ("failed", None, 1)
        assert len(other.attempts) == 2
        post.tasks.cancel()

    asyncio.run(work())


@pytest.mark.parametrize("text", ["", "host", "host:", ":25", "host:x", "host:0", "host:70000"])
def test_a_mail_server_is_host_and_port(text: str) -> None:
    with pytest.raises(HarnessError, match="host:port"):
        SmtpServer.parse(text)


def test_what_a_mail_server_may_look_like() -> None:
    assert SmtpServer.parse("[::1]:1025") == SmtpServer("::1", 1025)
    assert SmtpServer.parse("mail.test:25") == SmtpServer("mail.test", 25)


def test_a_reset_forgets_what_was_sent(toy: Toy) -> None:
    def send() -> None:
        toy.sandbox.outbox.send(sender="a@x", to="b@x", subject="s", text="t", group="g")
        toy.sandbox.deliveries.send("e", NOWHERE, b"{}", group="g")

    toy.harness.run(send)
    base = f"/sandboxes/{toy.sandbox.id}"
    assert len(toy.control("GET", f"{base}/mail").json()["mail"]) == 1
    assert toy.control("GET", f"{base}/deliveries").json()["total"] == 1
    toy.control("POST", f"{base}/reset")
    assert toy.control("GET", f"{base}/mail").json()["mail"] == []
    assert toy.control("GET", f"{base}/deliveries").json() == {"deliveries": [], "total": 0}


def test_a_provider_that_takes_no_app_says_so(toy: Toy) -> None:
    refused = toy.control("POST", "/sandboxes", json={"provider": "toy", "app": {"api_uri": "x"}})
    assert refused.status_code == 400
    assert "takes no 'app'" in refused.json()["detail"]
