"""The initiating POST: what it accepts, and in which words it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.intandem.bench import GOOD, IMPORT
from tests.fakes.intandem.conftest import MakeApp, MakeBench

NO_KEY = {"success": False, "errors": [{"code": "unexpected", "message": "undefined method `key?' for nil:NilClass"}]}


def not_installed(app: str) -> dict[str, Any]:
    message = f"The application {app} is not installed for the business"
    return {"success": False, "errors": [{"code": "invalid", "message": message}]}


@pytest.mark.parametrize(
    ("profile", "status", "kind"),
    [
        ({}, 201, "uuid"),
        ({"revision": "opaque"}, 201, "string"),
        ({"revision": "swagger"}, 201, "integer"),
        ({"revision": "old", "success_status": 200}, 200, None),
    ],
)
def test_an_accepted_import_in_every_revision(
    tiny: MakeApp, bench: MakeBench, profile: dict[str, Any], status: int, kind: str | None
) -> None:
    made = bench(tiny(), profile=profile)
    answer = made.start()
    assert answer.status_code == status
    made.until_quiet()
    (session,) = made.sessions()
    assert session["session_id_given"] == kind
    data = answer.json()["data"]
    if kind is None:
        assert answer.json() == {"success": True, "data": None}
    elif kind == "integer":
        assert data == {"session_id": 1}
    else:
        assert (data["session_id"] == session["id"]) == (kind == "uuid")
        assert made.control("GET", f"/sessions/{data['session_id']}").json()["id"] == session["id"]


@pytest.mark.parametrize(
    "body", [None, {}, {"fields_mapping": {}}, {"import_params": {}}, [1], {**GOOD, "fields_mapping": "x"}]
)
def test_a_body_without_its_members_is_the_documented_500(bench: MakeBench, body: Any) -> None:
    made = bench()
    answer = made.send("POST", IMPORT.format("clientimporter"), body)
    assert (answer.status_code, answer.json()) == (500, NO_KEY)
    assert made.sessions() == []


@pytest.mark.parametrize(("order", "status"), [("body_first", 500), ("install_first", 422)])
def test_what_is_looked_at_first(bench: MakeBench, order: str, status: int) -> None:
    made = bench(profile={"validation_order": order})
    assert made.send("POST", IMPORT.format("nobody"), {}).status_code == status


def test_an_app_that_is_not_there_not_installed_or_of_another_type(bench: MakeBench) -> None:
    made = bench(document={"installed": False})
    for app in ("clientimporter", "nobody"):
        answer = made.send("POST", IMPORT.format(app), GOOD)
        assert (answer.status_code, answer.json()) == (422, not_installed(app))
    for switch, words in (("not_installed", "not installed"), ("wrong_type", "wrong type expecting import_clients")):
        other = bench(document={"app_type": ["payments"]}, profile={"wrong_type_message": switch})
        assert words in other.send("POST", IMPORT.format("clientimporter"), GOOD).text


@pytest.mark.parametrize(
    ("switch", "mode", "status"),
    [("lenient", "internal", 201), ("lenient", "pre_installed", 422), ("strict", "internal", 422)],
)
def test_whether_an_assignment_is_enough(bench: MakeBench, switch: str, mode: str, status: int) -> None:
    made = bench(document={"installed": False}, profile={"require_install": switch})
    body = {
        "app_code_name": "clientimporter",
        "assignee_uid": made.credentials["business_uid"],
        "assignee_type": "business",
        "settings": {"assignment_mode": mode},
    }
    assert made.send("POST", "/v3/apps/app_assignments", body, who="token_directory").status_code == 201
    assert made.start().status_code == status
    listed = made.send("GET", "/v3/apps/app_assignments", who="token").json()["data"]["app_assignments"]
    assert [row["app_code_name"] for row in listed] == ["clientimporter"]


@pytest.mark.parametrize(
    ("fault", "words"), [(401, "unauthorized"), (429, "Too many requests"), (500, "key?"), (503, "Service Unavailable")]
)
def test_faults_speak_the_dialect(bench: MakeBench, fault: int, words: str) -> None:
    made = bench()
    made.harness.run(made.sandbox.faults.put, {"faults": [{"operation": "imports.start", "status": fault}]})
    answer = made.start()
    assert answer.status_code == fault
    assert words in answer.text


def test_the_limit(bench: MakeBench) -> None:
    made = bench(limits={"app": 1, "window_s": 1000.0})
    made.harness.run(made.sandbox.clock.freeze)
    answers = [made.send("GET", "/platform/v1/clients") for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].json() == {"error": "Too many requests"}
