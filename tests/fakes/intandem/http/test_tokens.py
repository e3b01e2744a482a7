"""Who may call, with which token, and where tokens come from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.intandem.bench import GOOD, IMPORT
from tests.fakes.intandem.conftest import MakeApp, MakeBench

UNAUTHORIZED = {"success": False, "errors": [{"code": "unauthorized", "message": "401 Unauthorized"}]}
WRONG_CONTEXT = {"success": False, "errors": [{"code": "unauthorized", "message": "Unauthorized"}]}


@pytest.mark.parametrize(
    ("who", "headers", "status", "body"),
    [
        (None, {}, 401, UNAUTHORIZED),
        ("wrong", {}, 401, UNAUTHORIZED),
        ("a.b.c", {}, 401, {"message": "401 Unauthorized", "status": "Failure"}),
        ("client_id", {}, 401, UNAUTHORIZED),
        ("token", {"X-On-Behalf-Of": "other"}, 401, WRONG_CONTEXT),
        ("token_directory", {}, 401, WRONG_CONTEXT),
        ("token_directory", {"X-On-Behalf-Of": "other"}, 401, {"error": "Unauthorized"}),
        ("token_app", {"X-On-Behalf-Of": "other"}, 401, WRONG_CONTEXT),
    ],
)
def test_who_may_not(bench: MakeBench, who: str | None, headers: dict[str, str], status: int, body: Any) -> None:
    made = bench()
    answer = made.send("POST", IMPORT.format("clientimporter"), GOOD, who=who, headers=headers)
    assert (answer.status_code, answer.json()) == (status, body)
    assert made.sessions() == []


def test_who_may(tiny: MakeApp, bench: MakeBench) -> None:
    made = bench(tiny(), document={"businesses": 2})
    second = made.credentials["businesses"][1]
    behalf = {"X-On-Behalf-Of": second["business_uid"]}
    assert made.start().status_code == 201
    assert made.start(who=second["token"]).status_code == 201
    assert made.start(who="token_directory", headers=behalf).status_code == 201
    assert made.start(who="token_app", headers=behalf).status_code == 201
    assert made.start(who="token_app").status_code == 401
    made.until_quiet()
    first = made.credentials["business_uid"]
    assert [session["business_uid"] for session in made.sessions()] == [first, *[second["business_uid"]] * 3]


def test_a_further_credential_of_the_sandbox_is_staff_too(bench: MakeBench) -> None:
    made = bench()
    token = made.control("POST", "/credentials").json()["token"]
    assert made.send("GET", "/platform/v1/clients", who=token).status_code == 200
    assert made.control("GET", "/credentials").json()["client_secret"] == made.credentials["client_secret"]


@pytest.mark.parametrize("header", ["Token {}", 'Token token="{}"'])
def test_the_older_scheme(bench: MakeBench, header: str) -> None:
    for switch, status in ((True, 200), (False, 401)):
        made = bench(profile={"token_scheme": switch})
        headers = {"Authorization": header.format(made.credentials["token"])}
        assert made.send("GET", "/platform/v1/clients", who=None, headers=headers).status_code == status


def test_doubled_slashes(bench: MakeBench) -> None:
    assert bench().send("GET", "//platform//v1/clients").status_code == 200
    answer = bench(profile={"double_slashes": False}).send("GET", "/platform//v1/clients")
    assert (answer.status_code, answer.json()) == (404, {"status": "Error", "error": "Not found"})


def test_a_staff_token_from_the_directory(bench: MakeBench) -> None:
    made = bench()
    business = made.credentials["business_uid"]
    answer = made.send("POST", "/platform/v1/tokens", {"business_id": business}, who="token_directory")
    assert answer.status_code == 201
    token = answer.json()["data"]["token"]
    assert made.send("GET", "/platform/v1/clients", who=token).status_code == 200
    assert token not in str(made.harness.run(lambda: list(made.sandbox.journal.export())))
    assert made.send("POST", "/platform/v1/tokens", {"business_id": business}).status_code == 401
    assert made.send("POST", "/platform/v1/tokens", {"business_id": "x"}, who="token_directory").status_code == 422
    made.harness.run(made.sandbox.reset)
    assert made.send("GET", "/platform/v1/clients", who=token).status_code == 401


def test_a_service_token_lives_an_hour(bench: MakeBench) -> None:
    made = bench()
    known = {"service_id": made.credentials["client_id"], "service_secret": made.credentials["client_secret"]}
    answer = made.send("POST", "/oauth/service/token", known, who=None)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 3600)
    token = answer.json()["access_token"]
    assert made.send("GET", "/platform/v1/clients", who=token).status_code == 200
    made.harness.run(made.sandbox.clock.advance, 3600)
    assert made.send("GET", "/platform/v1/clients", who=token).status_code == 401
    wrong = made.send("POST", "/oauth/service/token", {**known, "service_secret": "x"}, who=None)
    assert (wrong.status_code, wrong.json()) == (400, {"status": "Error", "error": "Invalid credentials"})


def test_a_user_token_by_code(bench: MakeBench) -> None:
    made = bench(document={"redirect_uri": "http://127.0.0.1:9/back"})
    client = {"client_id": made.credentials["client_id"], "client_secret": made.credentials["client_secret"]}

    def code() -> str:
        path = f"/app/oauth/authorize?client_id={client['client_id']}&state=s%201&response_type=code"
        answer = made.send("GET", path, who=None, allow_redirects=False)
        assert answer.status_code == 302
        place, _, state = answer.headers["Location"].partition("&state=")
        assert (place.partition("?code=")[0], state) == ("http://127.0.0.1:9/back", "s+1")
        return place.partition("?code=")[2]

    def redeem(code: str, **over: str) -> Any:
        form = {"grant_type": "authorization_code", "code": code, **client, **over}
        return made.http.post(f"{made.harness.url('intandem')}/oauth/token", data=form, timeout=10)

    first = code()
    answer = redeem(first)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 631139040)
    who = made.send("GET", "/oauth/userinfo", who=answer.json()["access_token"]).json()
    assert (who["sub"], who["type"]) == (made.credentials["staff_uid"], "staff")
    assert redeem(first).json()["error"] == "invalid_request"
    assert redeem(code(), client_secret="x").status_code == 401
    late = code()
    made.harness.run(made.sandbox.clock.advance, 31)
    assert redeem(late).status_code == 400


def test_forms_may_be_refused(bench: MakeBench) -> None:
    made = bench(profile={"form_bodies": False})
    known = {"service_id": made.credentials["client_id"], "service_secret": made.credentials["client_secret"]}
    url = f"{made.harness.url('intandem')}/oauth/service/token"
    assert made.http.post(url, data=known, timeout=10).status_code == 400
    assert made.http.post(url, json=known, timeout=10).status_code == 200
