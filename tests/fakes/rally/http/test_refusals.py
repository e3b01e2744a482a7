"""Who is turned away, and how (contract section 9)."""

from __future__ import annotations

import pytest

from customhouse_fakes.rally.http.routes import BY_OPERATION, ROUTES
from customhouse_fakes.rally.schemas import parts
from tests.fakes.rally.conftest import MakeDoor
from tests.fakes.rally.door import Door


@pytest.mark.parametrize("header", ["", "Basic {token}", "Token {token}", "Bearer", "Bearer nobody", "{token}"])
def test_only_a_known_bearer_token_opens(door: Door, header: str) -> None:
    authorization = header.format(token=door.credentials["token"])
    answer = door.send("GET", "/me", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()) == (401, {"errors": [{"message": "Unauthorized", "path": []}]})


def test_the_scheme_may_be_spelt_in_any_case(door: Door) -> None:
    headers = {"Authorization": f"bearer {door.credentials['token']}"}
    assert door.send("GET", "/me", headers=headers).status_code == 200


@pytest.mark.parametrize("retry_after", [True, False])
def test_who_calls_too_often_is_told_how_long_to_wait(make_door: MakeDoor, retry_after: bool) -> None:
    door = make_door(limits={"app": 1, "window_s": 3600}, profile={"retry_after": retry_after})
    door.harness.run(door.sandbox.clock.freeze)
    answers = [door.send("GET", "/me") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert ("Retry-After" in answers[1].headers) == retry_after


@pytest.mark.parametrize(
    ("error_body", "kind", "start"),
    [("json", "application/json; charset=utf-8", "{"), ("html", "text/html", "<html>"), ("empty", None, "")],
)
def test_unpublished_bodies_are_as_the_profile_has_them(
    make_door: MakeDoor, error_body: str, kind: str | None, start: str
) -> None:
    door = make_door(profile={"error_body": error_body})
    door.control("PUT", "/faults", {"faults": [{"operation": "users.list", "status": 403}]})
    for path, status in (("/imports/none", 404), ("/nothing", 404), ("/users", 403)):
        answer = door.send("GET", path)
        assert (answer.status_code, answer.headers.get("Content-Type")) == (status, kind)
        assert answer.text[: len(start)] == start
        assert bool(answer.text) == bool(start)
    assert door.send("POST", "/people/import", {}).json()["errors"]


@pytest.mark.parametrize(
    ("item", "lacking"),
    [
        ({"value": 1}, "propertyId"),
        ({"name": "Tier", "value": 1}, "propertyType"),
        ({"propertyType": "STRING", "value": 1}, "name"),
        ({"propertyId": "x"}, "value"),
    ],
)
def test_a_property_without_a_key_is_told_which(door: Door, item: dict[str, object], lacking: str) -> None:
    answer = door.send("POST", "/people/import", {"people": [{"email": "a@example.com", "properties": [item]}]})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"message": f'"{lacking}" is a required property', "path": ["people", "0", "properties", "0"]}
    ]


def test_a_fault_s_status_speaks_in_the_envelope(door: Door) -> None:
    fault = {"operation": "me", "status": 503, "retry_after_s": 7}
    door.control("PUT", "/faults", {"faults": [fault]})
    answer = door.send("GET", "/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json() == {"errors": [{"message": "Service Unavailable", "path": []}]}


def test_operations_and_schemas_name_each_other() -> None:
    assert {route.answer for route in ROUTES} <= parts("answers")
    assert {"people.import", "people.search", "properties.import"} <= parts("requests") & BY_OPERATION.keys()
