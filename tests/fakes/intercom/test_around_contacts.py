"""Attributes, companies, tags, notes, subscriptions, /me and bulk jobs, whole round trips (sections 4, 5 and 7)."""

from __future__ import annotations

from typing import Any

import pytest

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk(limits={"app": 10_000, "workspace": 10_000})


@pytest.fixture
def contact(desk: Desk) -> str:
    return str(desk.good("POST", "/contacts", {"external_id": "1", "email": "a@x.org"})["id"])


# ---- data attributes ----


def test_an_attribute_reads_back_as_documented(desk: Desk) -> None:
    made = desk.good("POST", "/data_attributes", {"name": "pronouns", "model": "contact", "data_type": "string"})
    now = int(desk.clock.now())
    assert made == {
        "id": 1,
        "type": "data_attribute",
        "name": "pronouns",
        "full_name": "custom_attributes.pronouns",
        "label": "pronouns",
        "data_type": "string",
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": False,
        "custom": True,
        "archived": False,
        "admin_id": desk.good("GET", "/me")["id"],
        "created_at": now,
        "updated_at": now,
        "model": "contact",
    }


@pytest.mark.parametrize(
    ("asked", "data_type", "options"),
    [
        ({"data_type": "options", "options": [{"value": "a"}, {"value": "b"}]}, "string", ["a", "b"]),
        ({"data_type": "string", "options": [{"value": "a"}, {"value": "b"}]}, "string", ["a", "b"]),
        ({"data_type": "datetime"}, "date", None),
        ({"data_type": "float"}, "float", None),
    ],
)
def test_types_are_stored_under_their_reading_name(desk: Desk, asked: Any, data_type: str, options: Any) -> None:
    made = desk.good("POST", "/data_attributes", {"name": "x", "model": "contact", **asked})
    assert (made["data_type"], made.get("options")) == (data_type, options)


def test_lists_show_standard_attributes_first_and_archived_ones_on_demand(desk: Desk) -> None:
    for name, model in (("one", "contact"), ("two", "company"), ("three", "contact")):
        desk.good("POST", "/data_attributes", {"name": name, "model": model, "data_type": "string"})
    desk.good("PUT", "/data_attributes/3", {"archived": True, "description": "gone"})

    def custom(query: str) -> list[str]:
        listed = desk.good("GET", f"/data_attributes{query}")
        assert set(listed) == {"type", "data"}
        flags = [row["custom"] for row in listed["data"]]
        assert flags == sorted(flags)
        return [row["name"] for row in listed["data"] if row["custom"]]

    assert custom("?model=contact") == ["one"]
    assert custom("?model=contact&include_archived=true") == ["one", "three"]
    assert custom("") == ["one", "two"]


def test_two_hundred_and_fifty_attributes_are_enough(desk: Desk) -> None:
    desk.seed(data_attributes=[{"name": f"a{n}", "data_type": "string"} for n in range(250)])
    one_more = {"name": "more", "model": "company", "data_type": "string"}
    assert desk.send("POST", "/data_attributes", one_more).error[:2] == (400, "custom_data_limit_reached")
    desk.good("PUT", "/data_attributes/7", {"archived": True})
    assert desk.send("POST", "/data_attributes", one_more).status == 200


# ---- companies ----


def test_a_company_is_kept_by_its_company_id(desk: Desk) -> None:
    made = desk.good("POST", "/companies", {"company_id": "acme", "name": "Acme", "monthly_spend": 9.9, "plan": "gold"})
    again = desk.good("POST", "/companies", {"company_id": "acme", "size": 5})
    assert (again["id"], again["name"], again["size"], again["monthly_spend"]) == (made["id"], "Acme", 5, 9)
    assert again["plan"]["name"] == "gold"
    assert desk.good("GET", "/companies?company_id=acme")["id"] == made["id"]
    assert [c["id"] for c in desk.good("GET", "/companies?name=Acme")["data"]] == [made["id"]]
    assert desk.good("POST", "/companies", {"name": "Other"})["id"] != made["id"]
    assert desk.send("POST", "/companies", {"monthly_spend": 2**31}).error[2] == "bad 'monthly_spend' parameter"


def test_contacts_are_attached_by_the_vendors_id(desk: Desk, contact: str) -> None:
    company = desk.good("POST", "/companies", {"company_id": "acme", "name": "Acme"})["id"]
    path = f"/contacts/{contact}/companies"
    assert desk.good("GET", "/companies")["data"] == []
    for _ in range(2):
        assert desk.good("POST", path, {"id": company})["user_count"] == 1
    assert [row["id"] for row in desk.good("POST", "/companies/list")["data"]] == [company]
    listed = desk.good("GET", path)
    assert ([row["company_id"] for row in listed["data"]], listed["pages"]["next"]) == (["acme"], None)
    shown = desk.good("GET", f"/contacts/{contact}")["companies"]
    assert shown["data"] == [{"id": company, "type": "company", "url": f"/companies/{company}"}]
    assert desk.export()[0]["companies"] == ["acme"]
    desk.good("POST", f"/contacts/{contact}/archive")
    assert desk.good("GET", f"/companies/{company}")["user_count"] == 0
    desk.good("POST", f"/contacts/{contact}/unarchive")
    assert desk.good("DELETE", f"{path}/{company}")["user_count"] == 0
    assert desk.send("DELETE", f"{path}/{company}").error[1] == "company_not_found"


def test_stubs_end_at_ten_and_lists_at_fifty(desk: Desk) -> None:
    names = [str(n) for n in range(61)]
    desk.seed(contacts=[{"id": "a" * 24, "external_id": "1", "companies": names}])
    shown = desk.good("GET", "/contacts/" + "a" * 24)["companies"]
    assert (len(shown["data"]), shown["total_count"], shown["has_more"]) == (10, 61, True)
    first = desk.good("GET", f"/contacts/{'a' * 24}/companies")
    assert (len(first["data"]), first["total_count"]) == (50, 61)
    path = first["pages"]["next"].removeprefix("https://api.intercom.io")
    assert len(desk.good("GET", path)["data"]) == 11


def test_a_thousand_companies_are_the_most(desk: Desk) -> None:
    desk.seed(contacts=[{"id": "a" * 24, "external_id": "1", "companies": [str(n) for n in range(1000)]}])
    company = desk.good("POST", "/companies", {"company_id": "one more"})["id"]
    reply = desk.send("POST", f"/contacts/{'a' * 24}/companies", {"id": company})
    message = "Contact has reached the maximum of 1000 company associations"
    assert reply.error == (400, "contact_company_limit_exceeded", message)


def test_company_pages(desk: Desk) -> None:
    desk.seed(contacts=[{"external_id": "1", "companies": [str(n) for n in range(40)]}])
    seen: list[str] = []
    target = "/companies?per_page=15"
    while True:
        page = desk.good("GET", target)
        seen += [row["company_id"] for row in page["data"]]
        if page["pages"]["next"] is None:
            break
        target = f"/companies?per_page=15&starting_after={page['pages']['next']['starting_after']}"
    assert sorted(seen, key=int) == [str(n) for n in range(40)]
    assert [row["company_id"] for row in desk.good("GET", "/companies?page=3")["data"]] == seen[30:]
    ascending = desk.good("POST", "/companies/list?order=asc&per_page=40")["data"]
    assert [row["company_id"] for row in ascending] == seen[::-1]


def test_company_lists_stop_at_ten_thousand_and_scrolls_do_not(desk: Desk) -> None:
    desk.seed(contacts=[{"external_id": "1", "companies": [str(n) for n in range(10_050)]}])
    page = desk.good("GET", "/companies?per_page=150&page=67")
    assert (page["total_count"], len(page["data"]), page["pages"]["next"]) == (10_000, 100, None)
    seen = 0
    param = ""
    while True:
        page = desk.good("GET", "/companies/scroll" + (f"?scroll_param={param}" if param else ""))
        param = page["scroll_param"]
        if not page["data"]:
            break
        seen += len(page["data"])
    assert seen == 10_050
    assert desk.send("GET", f"/companies/scroll?scroll_param={param}").error[:2] == (404, "not_found")


def test_one_scroll_per_app_and_a_minute_of_patience(desk: Desk) -> None:
    other = desk.registry.add_credential(desk.sandbox)["token"]
    desk.seed(contacts=[{"external_id": "1", "companies": [str(n) for n in range(250)]}])
    param = desk.good("GET", "/companies/scroll")["scroll_param"]
    exists = (400, "scroll_exists", "scroll already exists for this workspace")
    assert desk.send("GET", "/companies/scroll").error == exists
    assert desk.send("GET", "/companies/scroll", token=other).status == 200
    desk.clock.advance(59)
    assert len(desk.good("GET", f"/companies/scroll?scroll_param={param}")["data"]) == 100
    desk.clock.advance(59)
    assert desk.send("GET", "/companies/scroll").error == exists
    desk.clock.advance(1)
    assert desk.send("GET", f"/companies/scroll?scroll_param={param}").status == 404
    assert desk.send("GET", "/companies/scroll").status == 200


# ---- tags, notes, subscriptions, /me ----


def test_tags_come_and_go(desk: Desk, contact: str) -> None:
    tag = desk.good("POST", "/tags", {"name": "vip"})
    assert tag == {"type": "tag", "id": tag["id"], "name": "vip"}
    assert desk.good("POST", "/tags", {"name": "vip"})["id"] == tag["id"]
    path = f"/contacts/{contact}/tags"
    now = int(desk.clock.now())
    admin = desk.good("GET", "/me")["id"]
    applied = tag | {"applied_at": now, "applied_by": {"type": "admin", "id": admin}}
    assert desk.good("POST", path, {"id": int(tag["id"])}) == applied
    desk.clock.advance(3)
    assert desk.good("POST", path, {"id": tag["id"]}) == applied
    assert desk.good("GET", path) == {"type": "list", "data": [applied]}
    assert desk.good("GET", path, version="2.3")["data"] == [tag]
    assert desk.export()[0]["tags"] == ["vip"]
    assert desk.good("DELETE", f"{path}/{tag['id']}") == applied
    assert desk.send("DELETE", f"{path}/{tag['id']}").error == (404, "not_found", "Resource Not Found")


def test_a_tag_is_put_on_users_and_companies_by_name(desk: Desk, contact: str) -> None:
    desk.good("POST", "/companies", {"company_id": "acme"})
    tagged = desk.good("POST", "/tags", {"name": "t", "companies": [{"company_id": "acme"}]})
    assert tagged["companies"] == [{"id": "acme", "tagged": True}]
    assert desk.good("GET", "/companies?company_id=acme")["tags"]["tags"][0]["name"] == "t"
    assert desk.good("POST", "/tags", {"name": "t", "users": [{"id": contact}]})["users"][0]["tagged"] is True
    off = desk.good("POST", "/tags", {"name": "t", "companies": [{"company_id": "acme", "untag": True}]})
    assert off["companies"] == [{"id": "acme", "tagged": False}]
    assert desk.good("GET", "/companies?company_id=acme")["tags"]["tags"] == []
    assert desk.send("POST", "/tags", {"name": "u", "users": [{"id": "123"}]}).error[2] == "User Not Found"
    assert [row["name"] for row in desk.good("GET", "/tags")["data"]] == ["t"]
    assert desk.good("POST", "/tags", {"id": tagged["id"], "name": "renamed"})["name"] == "renamed"
    assert desk.send("DELETE", f"/tags/{tagged['id']}").body == b""
    assert desk.good("GET", f"/contacts/{contact}")["tags"]["total_count"] == 0
    assert desk.send("GET", f"/tags/{tagged['id']}").status == 404


def test_notes_are_paragraphs_newest_first(desk: Desk, contact: str) -> None:
    path = f"/contacts/{contact}/notes"
    first = desk.good("POST", path, {"body": "Hello"})
    desk.good("POST", path, {"body": "<p>There</p>", "admin_id": desk.good("GET", "/me")["id"]})
    assert (first["body"], first["contact"]) == ("<p>Hello</p>", {"type": "contact", "id": contact})
    listed = desk.good("GET", path)
    assert [note["body"] for note in listed["data"]] == ["<p>There</p>", "<p>Hello</p>"]
    assert (listed["total_count"], listed["pages"]["per_page"]) == (2, 50)
    assert desk.good("GET", f"/contacts/{contact}")["notes"]["total_count"] == 2
    assert desk.send("POST", path, {}).error[:2] == (400, "parameter_missing")


def test_subscriptions_by_consent(desk: Desk, contact: str) -> None:
    path = f"/contacts/{contact}/subscriptions"
    for type in desk.good("GET", "/subscription_types")["data"]:
        assert desk.good("POST", path, {"id": type["id"], "consent_type": type["consent_type"]}) == type
    shown = desk.good("GET", f"/contacts/{contact}")
    assert shown["opted_in_subscription_types"]["total_count"] == 1
    assert shown["opted_out_subscription_types"]["total_count"] == 1
    assert len(desk.good("GET", path)["data"]) == 2
    assert desk.send("POST", path, {"id": "99", "consent_type": "opt_in"}).status == 404
    assert desk.send("POST", path, {"id": "1", "consent_type": "maybe"}).status == 400


def test_me_names_the_workspace() -> None:
    desk = Desk(profile={"timezone": "Europe/Dublin", "region": "EU"})
    app = desk.good("GET", "/me")["app"]
    assert (app["timezone"], app["region"]) == ("Europe/Dublin", "EU")


# ---- bulk jobs ----


def test_a_bulk_job_runs_on_the_sandboxes_clock(desk: Desk, contact: str) -> None:
    people = [{"external_id": "2", "email": "b@x.org"}, {"external_id": "1"}, {"role": "lead", "email": "a@x.org"}]

    def job() -> dict[str, Any]:
        found: dict[str, Any] = desk.good("GET", f"/contacts/bulk/{started['id']}", version="Preview")
        return found

    reply = desk.send("POST", "/contacts/bulk", {"contacts": people}, version="Preview")
    started = reply.json
    assert (reply.status, started["state"], started["tasks"][0]["state"]) == (202, "running", "pending")
    assert started["tasks"][0]["item_count"] == 3
    assert job()["tasks"][0]["state"] == "running"
    update = {"contacts": [{"id": contact, "name": "Ann"}], "job": {"id": started["id"]}}
    assert len(desk.good("PUT", "/contacts/bulk", update, version="Preview")["tasks"]) == 2
    assert len(desk.export()) == 1
    desk.clock.advance(1)
    assert [task["state"] for task in job()["tasks"]] == ["completed_with_errors", "running"]
    assert {line["external_id"] for line in desk.export() if line["role"] == "user"} == {"1", "2"}
    desk.clock.advance(1)
    ended = job()
    assert (ended["state"], ended["completed_at"]) == ("completed_with_errors", int(desk.clock.now()))
    assert [line["name"] for line in desk.export() if line["id"] == contact] == ["Ann"]
    closed = desk.send("PUT", "/contacts/bulk", update, version="Preview")
    assert closed.error == (403, "forbidden", f"job {started['id']} is closed for new task updates")
    gone = desk.good("POST", "/contacts/bulk/delete", {"contacts": [{"id": contact}]}, version="Preview")
    desk.clock.advance(60)
    assert desk.send("GET", f"/contacts/{contact}").status == 404
    assert desk.good("GET", f"/contacts/bulk/{gone['id']}", version="Preview")["state"] == "completed"
    assert desk.send("GET", "/contacts/bulk/job_9", version="Preview").error[:2] == (404, "job_not_found")


def test_a_bulk_job_can_end_at_once() -> None:
    desk = Desk(profile={"bulk_task_s": 0.0})
    desk.good("POST", "/contacts/bulk", {"contacts": [{"email": "a@x.org"}]}, version="Preview")
    assert desk.good("GET", "/contacts")["total_count"] == 1
