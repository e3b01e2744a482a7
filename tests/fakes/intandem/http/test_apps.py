"""Apps, and how a business comes by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.intandem.bench import GOOD, IMPORT
from tests.fakes.intandem.conftest import MakeApp, MakeBench


def test_an_app_from_nothing_to_an_import(tiny: MakeApp, bench: MakeBench) -> None:
    app = tiny()
    made = bench()
    body = {"name": "My App 2", "app_type": "import_clients", "api_uri": app.url, "redirect_uri": app.url}
    answer = made.send("POST", "/platform/v1/apps", body, who="token_directory")
    assert (answer.status_code, answer.json()["data"]["app_code_name"]) == (201, "myapp2")
    secret = answer.json()["data"]["client_secret"]
    assert secret not in str(made.harness.run(lambda: list(made.sandbox.journal.export())))
    install = {"business_uid": made.credentials["business_uid"], "app_code_name": "myapp2"}
    for _ in range(2):
        assert made.send("POST", "/v3/apps/business_app_installs", install).status_code == 201
    installs = made.send("GET", "/v3/apps/business_app_installs?app_code_name=myapp2").json()["data"]
    assert len(installs["business_app_installs"]) == 1
    assert made.send("POST", IMPORT.format("myapp2"), GOOD).status_code == 201
    made.until_quiet()
    assert app.pages == [1, -1]
    listed = made.send("GET", "/platform/v1/apps")
    assert listed.status_code == 201
    assert {row["app_code_name"] for row in listed.json()["apps"]} == {"clientimporter", "myapp2"}


@pytest.mark.parametrize(
    "body",
    [
        {"name": "ab"},
        {"name": "x" * 26},
        {"name": "abc", "app_code_name": "a-b"},
        {"name": "abc", "app_code_name": "clientimporter"},
        {},
    ],
)
def test_an_app_that_breaks_the_rules(bench: MakeBench, body: dict[str, Any]) -> None:
    assert bench().send("POST", "/platform/v1/apps", body, who="token_directory").status_code == 422


def test_installs_and_assignments_of_what_is_not_there(bench: MakeBench) -> None:
    made = bench()
    path = "/v3/apps/business_app_installs"
    business = made.credentials["business_uid"]
    assert made.send("POST", path, {"business_uid": business, "app_code_name": "x"}).status_code == 422
    assert made.send("POST", path, {"business_uid": "x", "app_code_name": "clientimporter"}).status_code == 422
    body = {"app_code_name": "x", "settings": {"assignment_mode": "internal"}}
    assert made.send("POST", "/v3/apps/app_assignments", body, who="token_directory").status_code == 400
    body = {"app_code_name": "clientimporter", "settings": {"assignment_mode": "other"}}
    assert made.send("POST", "/v3/apps/app_assignments", body, who="token_directory").status_code == 400
    assert made.send("POST", "/v3/apps/app_assignments", body).status_code == 401
