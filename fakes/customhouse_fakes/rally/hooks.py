"""What the world hears of a workspace: webhooks, signed and retried as Svix does (contract section 8)."""

from __future__ import annotations

from typing import Any

import orjson

from customhouse_fakes.core.deliveries import Attempt, Delivery, Policy
from customhouse_fakes.core.sandbox import Sandbox

from .schemas import schema
from .state.endpoints import Endpoint, Endpoints
from .svix import Seal, key_of

#: 15 s for an answer; each wait is counted from the failure before it (V2).
POLICY = Policy(
    timeout_s=15.0,
    retry_after_s=(5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0),
    abort=("webhook-delivery", "abort-message"),
)
MESSAGE_ID = "msg_"
MESSAGE_ID_LENGTH = 27


def tell(sandbox: Sandbox) -> list[Delivery]:
    """Send what has arisen since the last time to every endpoint that wants it."""
    events: list[Any] = sandbox.state.take_events()
    return [delivery for event in events for delivery in _send(sandbox, event)]


def _send(sandbox: Sandbox, event: Any) -> list[Delivery]:
    id = MESSAGE_ID + sandbox.random.text(MESSAGE_ID_LENGTH)
    seal = Seal(key_of(sandbox.credentials["webhook_secret"]), id, sandbox.profile.webhook_prefix)
    body = orjson.dumps({"_eventType": event.type, **event.payload})

    def heard(delivery: Delivery, attempt: Attempt) -> None:
        good = delivery.state == "delivered"
        if sandbox.state.endpoints.note(delivery.url, attempt.at, good=good):
            sandbox.deliveries.give_up(delivery.url)

    return [
        sandbox.deliveries.send(
            event.type,
            endpoint.url,
            body,
            group=event.about,
            policy=POLICY,
            sign=seal,
            tampers=seal.tampers(),
            heard=heard,
        )
        for endpoint in sandbox.state.endpoints.hearing(event.type)
    ]


def install(sandbox: Sandbox, endpoints: list[dict[str, Any]]) -> None:
    """Replace the endpoints of a workspace; raises `TargetError` for an address that may not be called."""
    for row in endpoints:
        sandbox.surroundings.targets.check(row["url"])
    made = tuple(Endpoint(row["url"], tuple(row.get("events", ()))) for row in endpoints)
    sandbox.state.endpoints = Endpoints(made)


def endpoint_problems(document: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in schema("endpoints").problems(document)]
