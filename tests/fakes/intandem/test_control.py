"""Sessions and the pull plan at the control plane; snapshots, seeds, the sandbox's app."""

from __future__ import annotations

from typing import Any

import requests

from customhouse_fakes.core.serving import Harness
from customhouse_fakes.intandem.provider import IntandemProvider
from customhouse_fakes.intercom.provider import IntercomProvider

from .conftest import MakeApp, MakeBench
from .tiny import Reply, rows


def test_sessions_are_seen_live_cancelled_and_restarted(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3))
    app.manner = lambda ask: Reply(wait=app.over) if ask.n == 2 else None
    made = bench(app, profile={"per_page": 2})
    first = made.next_row("export.page")
    id = made.start().json()["data"]["session_id"]
    assert first.wait(10)
    live = made.control("GET", f"/sessions/{id}").json()
    assert (live["state"], live["created"], live["ended"]) == ("asking", 2, False)
    assert made.control("POST", f"/sessions/{id}/restart").status_code == 409
    cancelled = made.control("POST", f"/sessions/{id}/cancel").json()
    assert (cancelled["state"], cancelled["ended_because"]) == ("cancelled", "it was cancelled")
    assert made.control("POST", f"/sessions/{id}/cancel").status_code == 409
    made.until_quiet()
    again = made.control("POST", f"/sessions/{id}/restart")
    assert (again.status_code, again.json()["restarted_from"]) == (201, id)
    made.until_quiet()
    assert made.control("GET", f"/sessions/{again.json()['id']}").json()["state"] == "completed"
    assert [session["id"] for session in made.control("GET", "/sessions").json()["sessions"]] == [
        id,
        again.json()["id"],
    ]
    assert made.external_ids() == [0, 1, 2]
    assert made.control("GET", "/sessions/nobody").status_code == 404


def test_failed_rows_are_listed_with_their_reasons(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny([{"first_name": "A"}, {"external_id": 7}]))
    session = made.pull()
    shown = made.control("GET", f"/sessions/{session['id']}").json()
    assert shown["failures"] == [{"page": 1, "index": 1, "external_id": 7, "reason": "first_name is mandatory"}]


def test_the_pull_plan_is_replaced_whole_or_not_at_all(bench: MakeBench) -> None:
    made = bench()
    plan = {"per_page": 7, "replay": [1]}
    assert made.control("PUT", "/pull-plan", plan).json() == plan
    refused = made.control("PUT", "/pull-plan", {"per_page": -1})
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:customhouse:pull-plan")
    assert made.control("GET", "/pull-plan").json() == plan
    assert made.control("PUT", "/pull-plan", {"replay": [2]}).json() == {"replay": [2]}
    assert made.control("DELETE", "/pull-plan").json() == {}


def test_a_sandbox_through_the_control_plane(bench: MakeBench) -> None:
    made = bench()
    url = f"{made.harness.url('intandem')}/_customhouse/sandboxes"
    headers = {"Authorization": f"Bearer {made.harness.control_token}"}
    document = {
        "provider": "intandem",
        "app": {"api_uri": "http://127.0.0.1:9", "name": "Acme", "app_code_name": "acme", "businesses": 2},
    }
    answer = requests.post(url, json=document, headers=headers, timeout=10)
    assert answer.status_code == 201
    credentials = answer.json()["credentials"]
    assert {"token", "business_uid", "staff_uid", "app_code_name", "token_app", "token_directory"} <= set(credentials)
    assert credentials["app_code_name"] == "acme"
    assert len(credentials["businesses"]) == 2
    assert requests.delete(f"{url}/{answer.json()['id']}", headers=headers, timeout=10).status_code == 204
    for bad in ({"api_url": "x"}, {"name": "x"}, {"app_code_name": "a-b"}, {"businesses": 0}):
        refused = requests.post(url, json={"provider": "intandem", "app": bad}, headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:customhouse:app")


def test_the_same_seed_makes_the_same_ids(bench: MakeBench) -> None:
    one, other = bench(seed=5), bench(seed=5)
    assert one.credentials["business_uid"] == other.credentials["business_uid"]
    assert one.credentials["token"] != other.credentials["token"]


def test_a_snapshot_has_no_running_session(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny(rows(3))
    app.manner = lambda ask: Reply(wait=app.over) if ask.n == 2 else None
    made = bench(app, profile={"per_page": 2})
    first = made.next_row("export.page")
    made.start()
    assert first.wait(10)
    made.control("PUT", "/snapshots/middle")
    made.control("POST", "/snapshots/middle/restore")
    made.until_quiet()
    assert (made.sessions()[0]["state"], made.external_ids()) == ("cancelled", [0, 1])
    assert made.send("GET", "/platform/v1/clients").status_code == 200
    assert made.pull()["state"] == "completed"
    assert made.external_ids() == [0, 1, 2]


def test_seeding(bench: MakeBench) -> None:
    made = bench()
    document: dict[str, Any] = {
        "businesses": 3,
        "fields": [{"label": "Size", "type": "singleline", "object_type": "contact"}],
        "clients": [
            {
                "first_name": "Ann",
                "email": "a@x.org",
                "external_id": 1,
                "custom_fields": {"Size": "L"},
                "tags": ["old"],
            },
            {"first_name": "Ben", "business_uid": made.credentials["business_uid"], "source": "web"},
        ],
    }
    assert made.control("POST", "/seed", document).json() == {"fields": 1, "clients": 2, "businesses": 2}
    assert [client["created_by"] for client in made.clients()] == ["seed", "seed"]
    assert len(made.export("business")) == 3
    assert made.send("POST", "/platform/v1/clients", {"first_name": "C", "email": "a@x.org"}).status_code == 409
    bad_ones: list[dict[str, Any]] = [
        {"clients": [{}]},
        {"clients": [{"first_name": "A", "business_uid": "x"}]},
        {"people": []},
    ]
    for bad in bad_ones:
        assert made.control("POST", "/seed", bad).status_code == 400
    assert len(made.clients()) == 2


def test_sessions_are_asked_for_on_their_own_port() -> None:
    with Harness([IntandemProvider(), IntercomProvider()]) as harness:
        other = harness.sandbox("intercom")
        url = f"{harness.url('intandem')}/_customhouse/sandboxes/{other.id}/sessions"
        headers = {"Authorization": f"Bearer {harness.control_token}"}
        refused = requests.get(url, headers=headers, timeout=10)
        assert refused.status_code == 404
        assert "is a sandbox of intercom" in refused.json()["detail"]
