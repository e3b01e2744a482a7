"""Webhook subscriptions, and what no route is for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.intandem.conftest import MakeBench


def test_subscribing(bench: MakeBench) -> None:
    made = bench()
    body = {"event": "bulk_import/done", "target_url": "http://127.0.0.1:9/hook"}
    answer = made.send("POST", "/platform/v1/webhook/subscribe", body)
    assert (answer.status_code, set(answer.json()["data"])) == (201, {"subscription_id"})
    again = made.send("POST", "/platform/v1/webhook/subscribe", body)
    assert (again.status_code, again.json()["error"]) == (422, "Webhook already exists")
    assert made.send("POST", "/platform/v1/webhook/subscribe", body, who="token_app").status_code == 201
    incomplete = made.send("POST", "/platform/v1/webhook/subscribe", {"event": "x"})
    assert (incomplete.status_code, incomplete.json()) == (500, {"response": "Not Subscribed"})

    def listed() -> list[Any]:
        rows = made.send("GET", "/platform/v1/webhooks").json()["response"]["data"]["subscriptions"]
        return [(row["entity"], row["event_type"], row["url"]) for row in rows]

    assert listed() == [("bulk_import", "done", body["target_url"])]
    assert made.send("POST", "/platform/v1/webhook/unsubscribe", body).status_code == 200
    assert listed() == []
    assert made.send("POST", "/platform/v1/webhook/unsubscribe", body).status_code == 500


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/platform/v1/nothing", {"status": "Error", "error": "Not found"}),
        ("/v3/nothing", {"success": False, "errors": [{"code": "not_found", "message": "Not found"}]}),
    ],
)
def test_unknown_routes_by_family(bench: MakeBench, path: str, body: Any) -> None:
    answer = bench().send("GET", path)
    assert (answer.status_code, answer.json()) == (404, body)


@pytest.mark.parametrize(("path", "status"), [("/platform/v1/clients", 400), ("/v3/apps/business_app_installs", 500)])
def test_bodies_that_are_no_json(bench: MakeBench, path: str, status: int) -> None:
    made = bench()
    headers = {"Authorization": f"Bearer {made.credentials['token']}"}
    for raw in (b"", b"{", b"[]"):
        answer = made.http.post(made.harness.url("intandem") + path, data=raw, headers=headers, timeout=10)
        assert answer.status_code == status
