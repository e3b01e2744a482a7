"""Our answers against the vendor's own swagger files, where those are at hand.

Most of them have no schemas but examples: then an answer must have the example's keys, with values of the same kinds.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from customhouse_fakes.intandem.errors import table
from customhouse_fakes.intandem.http.routes import ROUTES

from .bench import MAPPING, Bench
from .conftest import MakeBench

FOLDER = Path(os.environ.get("CUSTOMHOUSE_OPENAPI") or Path(__file__).parents[4] / "shared" / "openapi")
pytestmark = pytest.mark.skipif(
    not (FOLDER / "vcita-apps.json").exists(),
    reason="the vendor's swagger files are not here; set CUSTOMHOUSE_OPENAPI to their folder",
)
# File -> what stands before its paths.
FILES = {
    "vcita-manage_clients.json": "/business/clients",
    "vcita-legacy_v1_platform_clients.json": "/platform/v1",
    "vcita-legacy_v1_apps.json": "/platform/v1",
    "vcita-legacy_token.json": "/oauth/service",
    "vcita-apps.json": "",
}
# Routes that none of the five files describes; the contract takes them from pages and other swagger files.
ELSEWHERE = {
    "clients.create", "clients.list", "clients.get", "clients.update", "clients.delete", "tokens.create",
    "oauth.authorize", "oauth.token", "oauth.userinfo", "webhooks.subscribe", "webhooks.unsubscribe", "webhooks.list",
}  # fmt: skip
# Keys of the examples that the fake leaves out, and why.
LEFT_OUT = {
    "apps.list": "what the app market shows of an app is no part of importing",
}
SHOWN_OF_AN_APP = {"api_uri", "app_code_name", "app_id", "name", "url_params"}


@cache
def swagger(file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / file).read_text("utf-8"))
    return loaded


@cache
def described() -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path with `{}` for its variables) -> the vendor's description."""
    found = {}
    for file, base in FILES.items():
        for path, methods in swagger(file)["paths"].items():
            for method, operation in methods.items():
                found[method.upper(), base + nameless(path, "{")] = operation
    return found


def nameless(path: str, opening: str) -> str:
    return "/".join("{}" if part.startswith(opening) else part for part in path.split("/"))


def example(operation: str, status: int) -> Any:
    (route,) = [route for route in ROUTES if route.operation == operation]
    response = described()[route.method, nameless(route.path, "<")]["responses"][str(status)]
    return response["examples"]["application/json"]


def same_shape(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """What an example has and an answer has not, or has of another kind. Empty lists and null say nothing."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        missing = [f"{where}/{key} is missing" for key in theirs if key not in ours]
        both = [key for key in theirs if key in ours]
        return missing + [found for key in both for found in same_shape(ours[key], theirs[key], f"{where}/{key}")]
    if isinstance(theirs, list) and isinstance(ours, list):
        return [found for one in ours[:1] for model in theirs[:1] for found in same_shape(one, model, f"{where}/0")]
    if theirs is None or ours is None or isinstance(ours, type(theirs)):
        return []
    return [f"{where} is {type(ours).__name__}, the example has {type(theirs).__name__}"]


def test_every_route_is_described_or_known_to_be_elsewhere() -> None:
    here = {route.operation for route in ROUTES if (route.method, nameless(route.path, "<")) in described()}
    assert {route.operation for route in ROUTES} - here == ELSEWHERE


@pytest.fixture
def prepared(bench: MakeBench) -> Bench:
    made = bench(profile={"revision": "swagger"})
    made.send("POST", "/platform/v1/clients", {"first_name": "Ann", "email": "a@x.org"})
    return made


def test_the_import(prepared: Bench) -> None:
    answer = prepared.start()
    assert answer.status_code == 201
    assert same_shape(answer.json(), example("imports.start", 201)) == []
    refused = prepared.send(
        "POST", "/business/clients/v1/apps/{app_code_name}/import", {"fields_mapping": {}, "import_params": {}}
    )
    assert (refused.status_code, refused.json()) == (422, example("imports.start", 422))
    broken = prepared.send("POST", "/business/clients/v1/apps/clientimporter/import", {})
    assert (broken.status_code, broken.json()) == (500, example("imports.start", 500))
    prepared.until_quiet()


def test_the_documented_error_codes_of_the_import() -> None:
    operation = described()["POST", "/business/clients/v1/apps/{}/import"]
    codes = operation["responses"]["422"]["x-error-codes"]
    assert codes["not_installed"] == table()["import_not_installed"].message.replace("{app}", "{app_code_name}")
    assert codes["wrong_type"] == table()["import_wrong_type"].message


def test_the_request_that_the_swagger_describes_is_accepted(prepared: Bench) -> None:
    (body,) = [p for p in described()["POST", "/business/clients/v1/apps/{}/import"]["parameters"] if p["in"] == "body"]
    document: dict[str, Any] = {
        "fields_mapping": MAPPING,
        "import_params": {"should_override": True, "upload_type": "multi", "send_notifications_when_done": False},
    }
    assert list(Draft202012Validator(body["schema"]).iter_errors(document)) == []
    assert prepared.start(**document["import_params"]).status_code == 201
    prepared.until_quiet()
    assert prepared.sessions()[-1]["upload_type"] == "multi"


def test_matters(prepared: Bench) -> None:
    client = prepared.clients()[0]["id"]
    path = f"/business/clients/v1/contacts/{client}/matters"
    fields = prepared.send("GET", "/platform/v1/fields").json()["data"]["fields"]
    name = next(field["id"] for field in fields if field["object_type"] == "matter")
    made = prepared.send("POST", path, {"matter": {"fields": [{"uid": name, "value": "Case"}]}})
    assert made.status_code == 201
    assert same_shape(made.json(), example("matters.create", 201)) == []
    assert same_shape(prepared.send("GET", path).json(), example("matters.list", 200)) == []
    nameless_one = prepared.send("POST", path, {"matter": {"fields": []}})
    assert (nameless_one.status_code, nameless_one.json()) == (422, example("matters.create", 422))
    assert prepared.send("POST", path, {}).json() == example("matters.create", 500)


def test_fields(prepared: Bench) -> None:
    body = {"type": "dropdown", "label": "Eye color", "object_type": "contact", "options": ["Brown", "Green"]}
    made = prepared.send("POST", "/platform/v1/fields", body)
    assert made.status_code == 201
    assert same_shape(made.json(), example("fields.create", 201)) == []
    assert same_shape(prepared.send("GET", "/platform/v1/fields").json(), example("fields.list", 200)) == []


def test_the_service_token(prepared: Bench) -> None:
    known = {"service_id": prepared.credentials["client_id"], "service_secret": prepared.credentials["client_secret"]}
    made = prepared.send("POST", "/oauth/service/token", known, who=None)
    theirs = example("oauth.service_token", 200)
    assert same_shape(made.json(), theirs) == []
    assert made.json()["created_at"][-5:].endswith("Z") == theirs["created_at"].endswith("Z")


def test_apps(prepared: Bench) -> None:
    theirs = example("apps.list", 201)
    assert LEFT_OUT["apps.list"]
    theirs["apps"] = [{key: value for key, value in app.items() if key in SHOWN_OF_AN_APP} for app in theirs["apps"]]
    answer = prepared.send("GET", "/platform/v1/apps")
    assert (answer.status_code, same_shape(answer.json(), theirs)) == (201, [])


def test_assignments_and_installs(prepared: Bench) -> None:
    envelope = Draft202012Validator(swagger("vcita-apps.json")["components"]["schemas"]["Response"])
    assign = {
        "assignee_type": "business",
        "assignee_uid": prepared.credentials["business_uid"],
        "app_code_name": "clientimporter",
        "settings": {"assignment_mode": "internal"},
    }
    install = {"business_uid": prepared.credentials["business_uid"], "app_code_name": "clientimporter"}
    for name, body, path, rows in (
        ("CreateAppAssignmentRequestDto", assign, "/v3/apps/app_assignments", "app_assignments"),
        ("CreateBusinessAppInstallRequestDto", install, "/v3/apps/business_app_installs", "business_app_installs"),
    ):
        asked = Draft202012Validator(swagger("vcita-apps.json")["components"]["schemas"][name])
        assert list(asked.iter_errors(body)) == []
        made = prepared.send("POST", path, body, who="token_directory")
        assert made.status_code == 201
        listed = prepared.send("GET", path, who="token_directory")
        assert listed.status_code == 200
        assert list(envelope.iter_errors(made.json())) == list(envelope.iter_errors(listed.json())) == []
        assert made.json()["data"] in listed.json()["data"][rows]
