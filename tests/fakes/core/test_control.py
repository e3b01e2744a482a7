"""The control plane, over HTTP."""

import json
import threading
from typing import Any

import pytest
import requests

from .conftest import Toy


def test_health_and_version_are_open_and_the_rest_wants_the_token(toy: Toy) -> None:
    base = f"{toy.url}/_customhouse"
    assert requests.get(f"{base}/health", timeout=10).json() == {"status": "ok"}
    assert requests.get(f"{base}/version", timeout=10).json()["providers"] == ["toy"]
    refused = requests.get(f"{base}/journal", timeout=10)
    assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/problem+json")
    vendor_token = {"Authorization": f"Bearer {toy.sandbox.credentials['token']}"}
    assert requests.get(f"{base}/journal", headers=vendor_token, timeout=10).status_code == 401


def test_a_sandbox_from_birth_to_death(toy: Toy) -> None:
    made = toy.control("POST", "/sandboxes", json={"provider": "toy", "profile": {"shout": True}, "seed": 7})
    assert made.status_code == 201
    body = made.json()
    assert (body["provider"], body["url"]) == ("toy", toy.url)
    headers = {"Authorization": f"Bearer {body['credentials']['token']}"}
    toy.call("POST", "/notes", json={"title": "a", "text": "b"}, headers=headers)
    state = toy.control("GET", f"/sandboxes/{body['id']}/state")
    assert [json.loads(line) for line in state.text.splitlines()] == [{"title": "A", "text": "b"}]
    assert toy.control("POST", f"/sandboxes/{body['id']}/reset").json()["journal"]["total"] == 0
    assert toy.control("GET", f"/sandboxes/{body['id']}/state").text == ""
    assert toy.call("GET", "/notes", headers=headers).json() == []
    assert toy.control("DELETE", f"/sandboxes/{body['id']}").status_code == 204
    assert toy.call("GET", "/notes", headers=headers).status_code == 401
    assert toy.control("GET", f"/sandboxes/{body['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/sandboxes", {"provider": "acme"}, 400, "there are: toy"),
        ("POST", "/sandboxes", {"provider": "toy", "profile": {"loud": 1}}, 400, "'loud' is no switch"),
        ("POST", "/sandboxes", {"provider": "toy", "limits": {"app": "many"}}, 400, "must be integer"),
        ("POST", "/sandboxes", {"provder": "toy"}, 400, "provder"),
        ("POST", "/sandboxes", {"provider": "toy", "id": "toy-dev"}, 400, "already"),
        ("PUT", "/faults", {"faults": [{"operation": "nope", "status": 500}]}, 400, "notes.create"),
        ("POST", "/clock", {"action": "rewind"}, 400, "freeze"),
        ("POST", "/clock", {"action": "advance"}, 400, "seconds"),
        ("POST", "/clock", {"action": "set", "at": 5}, 400, "reset"),
        ("POST", "/snapshots/none/restore", None, 404, "no snapshot"),
        ("GET", "/journal?since=soon", None, 400, "whole number"),
        ("GET", "/nothing", None, 404, "not found"),
        ("GET", "/sandboxes/none/journal", None, 404, "no sandbox"),
    ],
)
def test_refusals_are_problems_with_words(
    toy: Toy, method: str, path: str, body: dict[str, Any] | None, status: int, words: str
) -> None:
    answer = toy.control(method, path, json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert words in answer.text


def test_a_body_that_is_no_json_object_is_refused(toy: Toy) -> None:
    for data in (b"{", b"[]", b"\xff"):
        assert toy.control("POST", "/sandboxes", data=data).status_code == 400


def test_journal_pages_counts_and_admits_what_it_forgot(toy: Toy) -> None:
    toy.sandbox = toy.harness.sandbox("toy", limits={"journal": 3})
    for _ in range(5):
        toy.call("GET", "/notes")
    path = f"/sandboxes/{toy.sandbox.id}/journal"
    page = toy.control("GET", f"{path}?limit=2").json()
    assert [row["n"] for row in page["rows"]] == [3, 4]
    assert (page["matched"], page["total"], page["evicted"], page["complete"]) == (3, 5, 2, False)
    assert toy.control("GET", f"{path}/count?operation=notes.list").json() == {"count": None, "at_least": 3}
    assert toy.control("GET", f"{path}/count?since=2&status=200").json() == {"count": 3, "at_least": 3}


def test_faults_are_shown_with_their_counts_and_cleared(toy: Toy) -> None:
    path = f"/sandboxes/{toy.sandbox.id}/faults"
    plan = {"faults": [{"id": "once", "operation": "notes.list", "status": 500, "calls": {"first": 1}}]}
    assert toy.control("PUT", path, json=plan).status_code == 200
    assert [toy.call("GET", "/notes").status_code for _ in range(2)] == [500, 200]
    shown = toy.control("GET", path).json()["faults"][0]
    assert (shown["id"], shown["seen"], shown["served"]) == ("once", 2, 1)
    assert toy.control("DELETE", path).json() == {"faults": []}


def test_the_clock_is_frozen_advanced_and_reset(toy: Toy) -> None:
    path = f"/sandboxes/{toy.sandbox.id}/clock"
    frozen = toy.control("POST", path, json={"action": "freeze"}).json()
    assert frozen["frozen"]
    advanced = toy.control("POST", path, json={"action": "advance", "seconds": 90}).json()
    assert advanced["now"] == frozen["now"] + 90
    assert toy.control("POST", path, json={"action": "reset"}).json()["frozen"] is False


def test_snapshots_are_kept_and_restored(toy: Toy) -> None:
    base = f"/sandboxes/{toy.sandbox.id}"
    toy.control("POST", f"{base}/seed", json={"one": "1"})
    assert toy.control("PUT", f"{base}/snapshots/first").json() == {"snapshots": ["first"]}
    toy.call("POST", "/notes", json={"title": "two", "text": "2"})
    assert toy.call("GET", "/notes").json() == ["one", "two"]
    toy.control("POST", f"{base}/snapshots/first/restore")
    assert toy.call("GET", "/notes").json() == ["one"]
    assert toy.control("DELETE", f"{base}/snapshots/first").json() == {"snapshots": []}


def test_a_second_credential_opens_the_same_sandbox(toy: Toy) -> None:
    second = toy.control("POST", f"/sandboxes/{toy.sandbox.id}/credentials")
    assert second.status_code == 201
    headers = {"Authorization": f"Bearer {second.json()['token']}"}
    toy.call("POST", "/notes", json={"title": "a", "text": "b"})
    assert toy.call("GET", "/notes", headers=headers).json() == ["a"]
    assert [row["credential"] for row in toy.rows()] == ["token", "token_2"]


def test_metrics_count_exchanges_and_faults(toy: Toy) -> None:
    toy.fault(status=500, calls={"first": 1})
    toy.call("GET", "/notes")
    toy.call("GET", "/notes")
    text = toy.control("GET", "/metrics").text
    labels = f'provider="toy",sandbox="{toy.sandbox.id}"'
    assert f'customhouse_exchanges_total{{{labels},status="200"}} 1.0' in text
    assert f'customhouse_faults_served_total{{fault="F1",{labels}}} 1.0' in text


def test_provenance_lists_each_provider(toy: Toy) -> None:
    assert toy.control("GET", "/provenance").json()["toy"][0]["grade"] == "invented"


def test_the_development_sandbox_answers_without_an_id(toy: Toy) -> None:
    assert toy.control("GET", "/clock").json()["frozen"] is False
    assert toy.control("GET", "/journal").json()["rows"] == []


def test_events_tell_each_exchange_as_it_happens(toy: Toy) -> None:
    heard: list[dict[str, Any]] = []
    listening, done = threading.Event(), threading.Event()

    def listen() -> None:
        with toy.control("GET", f"/events?sandbox={toy.sandbox.id}", stream=True) as stream:
            for line in stream.iter_lines():
                if line.startswith(b": listening"):
                    listening.set()
                if line.startswith(b"data: "):
                    heard.append(json.loads(line.removeprefix(b"data: ")))
                    break
        done.set()

    thread = threading.Thread(target=listen)
    thread.start()
    assert listening.wait(10)
    headers = {"Authorization": f"Bearer {toy.sandbox.credentials['token']}"}
    requests.get(f"{toy.url}/notes", headers=headers, timeout=10)
    assert done.wait(10)
    thread.join()
    assert (heard[0]["operation"], heard[0]["sandbox"]) == ("notes.list", toy.sandbox.id)


def test_events_of_an_unknown_sandbox_are_refused(toy: Toy) -> None:
    assert toy.control("GET", "/events?sandbox=none").status_code == 404


def test_the_timeline_tells_of_each_exchange_without_its_bodies(toy: Toy) -> None:
    note = {"title": "a", "text": "b"}
    for document in (note, note, {"title": "c", "text": "d"}):
        toy.call("POST", "/notes", json=document)
    toy.call("GET", "/notes")
    path = f"/sandboxes/{toy.sandbox.id}/journal/timeline"
    told = toy.control("GET", f"{path}?since=1&limit=2").json()
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    assert [row["n"] for row in rows] == [2, 3]
    assert told["total"] == 4
    everything = toy.control("GET", path).json()
    first, again, other, listed = (dict(zip(everything["columns"], row, strict=True)) for row in everything["rows"])
    assert first["digest"] == again["digest"] != other["digest"]
    assert (first["method"], first["operation"], first["status"]) == ("POST", "notes.create", 201)
    assert first["committed"] is True
    assert (listed["method"], listed["delivery"], listed["refused_by"]) == ("GET", "complete", None)
    assert isinstance(listed["window"], int)
