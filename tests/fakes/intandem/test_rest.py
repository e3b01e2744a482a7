"""The REST side through the front door: the initiating POST, tokens, apps, fields, clients, matters, webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import MAPPING, Bench
from .conftest import MakeApp, MakeBench

IMPORT = "/business/clients/v1/apps/{}/import"
GOOD = {"fields_mapping": MAPPING, "import_params": {}}
UNAUTHORIZED = {"success": False, "errors": [{"code": "unauthorized", "message": "401 Unauthorized"}]}
WRONG_CONTEXT = {"success": False, "errors": [{"code": "unauthorized", "message": "Unauthorized"}]}
NO_KEY = {"success": False, "errors": [{"code": "unexpected", "message": "undefined method `key?' for nil:NilClass"}]}


def not_installed(app: str) -> dict[str, Any]:
    message = f"The application {app} is not installed for the business"
    return {"success": False, "errors": [{"code": "invalid", "message": message}]}


# ---- the initiating POST ----


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


# ---- tokens ----


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


# ---- apps ----


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


# ---- fields, clients, matters ----


def test_fields(bench: MakeBench) -> None:
    made = bench()
    body = {"label": "Eye colour", "type": "dropdown", "object_type": "contact", "options": ["blue"]}
    assert made.send("POST", "/platform/v1/fields", body).status_code == 201
    fields = made.send("GET", "/platform/v1/fields").json()["data"]["fields"]
    assert [field["label"] for field in fields][-2:] == ["Matter name", "Eye colour"]
    assert len(made.send("GET", "/platform/v1/fields?per_page=2&page=2").json()["data"]["fields"]) == 2
    for bad in ({"label": "x", "type": "odd"}, {"label": "", "type": "email"}, {**body, "object_type": "client"}):
        assert made.send("POST", "/platform/v1/fields", bad).status_code == 422
    older = bench(profile={"fields_envelope": "list"})
    assert isinstance(older.send("GET", "/platform/v1/fields").json()["data"], list)


def create(made: Bench, **body: Any) -> dict[str, Any]:
    answer = made.send("POST", "/platform/v1/clients", body)
    assert answer.status_code == 201, answer.text
    client: dict[str, Any] = answer.json()["data"]["client"]
    return client


def test_a_client_from_birth_to_death(bench: MakeBench) -> None:
    made = bench()
    made.send("POST", "/platform/v1/fields", {"label": "Size", "type": "singleline", "object_type": "contact"})
    client = create(
        made,
        first_name="Ann",
        email="a@x.org",
        phone="+1 (2) 3",
        Size="L",
        tags="a, b",
        source_name="web",
        status="customer",
        opt_in=True,
    )
    assert (client["tags"], client["custom_fields"], client["source_data"]["name"]) == (
        ["a", "b"],
        {"Size": "L"},
        "web",
    )
    path = f"/platform/v1/clients/{client['id']}"
    clash = made.send("POST", "/platform/v1/clients", {"first_name": "B", "email": "A@X.org "})
    assert (clash.status_code, clash.json()) == (409, {"status": "Error", "error": "Client already exist"})
    changed = made.send("PUT", path, {"last_name": "Lee", "phone": "", "source_name": "other"}).json()["data"]["client"]
    assert (changed["last_name"], changed["mobile_phone"], changed["source_data"]["name"]) == ("Lee", "+1 (2) 3", "web")
    assert (
        made.send("PUT", path, {"phone": "", "force_nullifying": True}).json()["data"]["client"]["mobile_phone"] is None
    )
    other = create(made, first_name="B", email="b@x.org")
    assert made.send("PUT", f"/platform/v1/clients/{other['id']}", {"email": "a@x.org"}).status_code == 409
    assert made.send("PUT", path, {"email": "a@x.org"}).status_code == 200
    assert made.send("GET", path).json()["data"]["client"]["matters"][0]["display_name"] == "Ann"
    assert made.send("DELETE", path).json()["data"]["client"]["customer_status"] == "inactive"
    assert made.send("GET", path).status_code == 404
    assert create(made, first_name="C", email="a@x.org")["id"] != client["id"]


def test_a_client_without_first_name(bench: MakeBench) -> None:
    answer = bench().send("POST", "/platform/v1/clients", {"email": "a@x.org", "first_name": " "})
    assert (answer.status_code, answer.json()["error"]) == (422, "First name can't be blank")


def test_listing_and_searching_clients(bench: MakeBench) -> None:
    made = bench()
    made.harness.run(made.sandbox.clock.freeze)
    made.send("POST", "/platform/v1/fields", {"label": "Size", "type": "singleline", "object_type": "contact"})
    ids = [create(made, first_name=f"N{i}", email=f"{i}@x.org", phone=f"555-{i}", Size=str(i))["id"] for i in range(5)]

    def found(query: str) -> list[str]:
        rows = made.send("GET", f"/platform/v1/clients?{query}").json()["data"]["clients"]
        return [row["id"] for row in rows]

    assert found("") == ids
    assert found("per_page=2&page=2") == ids[2:4]
    assert found("per_page=junk&page=-5") == ids
    assert found("search_term=3@X.org") == [ids[3]]
    assert found("search_term=5554&search_by=phone") == [ids[4]]
    assert found(f"search_term={ids[1]}&search_by=uid") == [ids[1]]
    assert found("search_term=nobody@x.org") == []
    made.harness.run(made.sandbox.clock.advance, 10)
    made.send("PUT", f"/platform/v1/clients/{ids[2]}", {"last_name": "late"})
    later = made.send("GET", f"/platform/v1/clients/{ids[2]}").json()["data"]["client"]["updated_at"]
    assert found("updated_at[gte]=" + later.replace("+", "%2B")) == [ids[2]]
    assert made.send("GET", "/platform/v1/clients").json()["data"]["clients"][0]["custom_field1"] == "0"


def test_a_tenant_sees_its_own_clients_only(bench: MakeBench) -> None:
    made = bench(document={"businesses": 2})
    client = create(made, first_name="Ann", email="a@x.org")
    other = made.credentials["businesses"][1]["token"]
    assert made.send("GET", f"/platform/v1/clients/{client['id']}", who=other).status_code == 404
    assert made.send("GET", "/platform/v1/clients", who=other).json()["data"]["clients"] == []
    assert (
        made.send("POST", "/platform/v1/clients", {"first_name": "A", "email": "a@x.org"}, who=other).status_code == 201
    )


def test_the_gateways_quirk(bench: MakeBench) -> None:
    made = bench(profile={"clients_unauthorized": 422})
    answer = made.send("GET", "/platform/v1/clients", who="token_directory")
    assert (answer.status_code, answer.json()) == (422, {"status": "Error", "error": "Unauthorized"})
    assert made.send("GET", "/platform/v1/fields", who="token_directory").status_code == 401


def test_matters(bench: MakeBench) -> None:
    made = bench()
    client = create(made, first_name="Ann")
    path = f"/business/clients/v1/contacts/{client['id']}/matters"
    fields = made.send("GET", "/platform/v1/fields").json()["data"]["fields"]
    (name,) = [field["id"] for field in fields if (field["type"], field["object_type"]) == ("name", "matter")]
    body = {
        "matter": {"fields": [{"uid": name, "value": "Case"}, {"uid": "x", "value": "y"}], "tags": ["t"], "note": "n"}
    }
    made_matter = made.send("POST", path, body)
    assert (made_matter.status_code, made_matter.json()["data"]["matter"]["display_name"]) == (201, "Case")
    again = made.send("POST", path, body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    nameless = made.send("POST", path, {"matter": {"fields": [{"uid": "x", "value": "y"}]}})
    assert nameless.json()["errors"] == [{"code": "missing_field", "message": "Name can't be blank", "field": "name"}]
    assert made.send("POST", path, {}).status_code == 500
    listed = made.send("GET", path).json()["data"]["matters"]
    assert [matter["display_name"] for matter in listed] == ["Ann", "Case"]
    assert made.send("GET", "/business/clients/v1/contacts/nobody/matters").status_code == 422


# ---- webhooks and the rest ----


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
