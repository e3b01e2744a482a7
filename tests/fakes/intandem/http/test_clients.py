"""Fields, clients and matters."""

from __future__ import annotations

from typing import Any

from tests.fakes.intandem.bench import Bench
from tests.fakes.intandem.conftest import MakeBench


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
