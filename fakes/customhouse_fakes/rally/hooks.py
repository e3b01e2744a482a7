"""What the world hears of a workspace: webhooks, signed and retried as Svix does (contract section 8)."""

from __future__ import annotations

from typing import Any

import orjson

from customhouse_fakes.core.deliveries import Attempt, Delivery, Policy
from customhouse_fakes.core.sandbox import Sandbox

from . import render
from .schemas import schema
from .state.around import Event, ImportFinished
from .state.endpoints import Endpoint, Endpoints
from .svix import Seal, key_of

#: Seconds from one failure to the next attempt, and the header by which a receiver ends them (V2).
RETRY_AFTER_S = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)
ABORT = ("webhook-delivery", "abort-message")
MESSAGE_ID = "msg_"
MESSAGE_ID_LENGTH = 27


def tell(sandbox: Sandbox) -> list[Delivery]:
    """Send what has arisen since the last time to every endpoint that wants it."""
    events: list[Event] = sandbox.state.drain_events()
    return [delivery for event in events for delivery in _send(sandbox, event)]


def _send(sandbox: Sandbox, happened: Event) -> list[Delivery]:
    document = render.event(happened, sandbox.state)
    event = document["_eventType"]
    listeners = sandbox.state.endpoints.hearing(event)
    if not listeners:
        return []
    id = MESSAGE_ID + sandbox.random.text(MESSAGE_ID_LENGTH)
    seal = Seal(key_of(sandbox.credentials["webhook_secret"]), id, sandbox.profile.webhook_prefix)
    body = orjson.dumps(document)
    policy = Policy(sandbox.profile.webhook_timeout_s, RETRY_AFTER_S, ABORT)

    def heard(delivery: Delivery, attempt: Attempt) -> None:
        good = attempt.status is not None and attempt.status // 100 == 2
        if sandbox.state.endpoints.note(delivery.url, attempt.at, good=good):
            sandbox.deliveries.give_up(delivery.url)

    return [
        sandbox.deliveries.send(
            event,
            endpoint.url,
            body,
            group=_about(happened),
            policy=policy,
            sign=seal,
            tampers=seal.tampers(),
            heard=heard,
        )
        for endpoint in listeners
    ]


def _about(happened: Event) -> str:
    """Whose event it is: the id of the import or of the person."""
    return happened.imported.id if isinstance(happened, ImportFinished) else happened.person.id


def install(sandbox: Sandbox, endpoints: list[dict[str, Any]]) -> None:
    """Replace the endpoints of a workspace; raises `TargetError` for an address that may not be called."""
    for row in endpoints:
        sandbox.surroundings.targets.check(row["url"])
    made = tuple(Endpoint(row["url"], tuple(row.get("events", ()))) for row in endpoints)
    sandbox.state.endpoints = Endpoints(made)


def endpoint_problems(document: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in schema("endpoints").problems(document)]
