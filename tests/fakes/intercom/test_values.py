"""What is stored of what was sent (contract sections 2.3, 2.5 and 4)."""

from __future__ import annotations

from typing import Any

import pytest

from .desk import Desk

ATTRIBUTES = [
    {"name": "plan", "data_type": "string"},
    {"name": "age", "data_type": "integer"},
    {"name": "score", "data_type": "float"},
    {"name": "paid", "data_type": "boolean"},
    {"name": "since", "data_type": "date"},
    {"name": "size", "data_type": "string", "options": ["small", "large"]},
    {"name": "old", "data_type": "string", "archived": True},
]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.seed(data_attributes=ATTRIBUTES)
    return desk


def test_a_contact_looks_like_the_vendors_example(desk: Desk) -> None:
    contact = desk.good("POST", "/contacts", {"email": "joebloggs@intercom.io"})
    assert list(contact)[:12] == [
        "type", "id", "workspace_id", "external_id", "role", "email", "phone", "name", "avatar", "owner_id",
        "social_profiles", "has_hard_bounced",
    ]  # fmt: skip
    assert (contact["role"], contact["external_id"], contact["signed_up_at"]) == ("user", None, None)
    assert contact["custom_attributes"] == {}
    now = int(desk.clock.now())
    assert (contact["created_at"], contact["updated_at"], int(contact["id"][:8], 16)) == (now, now, now)
    assert contact["tags"] == {
        "type": "list",
        "data": [],
        "url": f"/contacts/{contact['id']}/tags",
        "total_count": 0,
        "has_more": False,
    }


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (14637613035933, "14637613035933"),
        ("007", "007"),
        (7.0, "7"),
        (7.5, "7.5"),
        (" x ", " x "),
        ("e\u0301", "e\u0301"),
    ],
)
def test_an_external_id_is_text(desk: Desk, sent: Any, stored: str) -> None:
    contact = desk.good("POST", "/contacts", {"external_id": sent})
    assert contact["external_id"] == stored
    assert [line["external_id"] for line in desk.export()] == [stored]


def test_a_lead_gets_an_external_id_of_the_server(desk: Desk) -> None:
    lead = desk.good("POST", "/contacts", {"role": "lead", "external_id": "mine"})
    assert len(lead["external_id"]) == 36
    path = f"/contacts/{lead['id']}"
    assert desk.good("PUT", path, {"external_id": "mine"})["external_id"] == lead["external_id"]
    assert desk.send("GET", f"/contacts/find_by_external_id/{lead['external_id']}").status == 404
    user = desk.good("PUT", path, {"role": "user", "external_id": "mine"})
    assert (user["role"], user["external_id"]) == ("user", "mine")
    assert desk.good("GET", "/contacts/find_by_external_id/mine")["id"] == lead["id"]


def test_leads_never_conflict(desk: Desk) -> None:
    desk.good("POST", "/contacts", {"email": "a@x.org"})
    leads = [desk.good("POST", "/contacts", {"role": "lead", "email": "a@x.org"})["id"] for _ in range(3)]
    assert len(set(leads)) == 3


def test_an_unknown_role_and_unknown_keys_do_not_matter(desk: Desk) -> None:
    body = {"role": "contact", "email": "a@x.org", "company_id": "9", "user_id": "8"}
    assert desk.good("POST", "/contacts", body)["role"] == "user"


def test_an_update_changes_what_it_names(desk: Desk) -> None:
    body = {
        "email": "a@x.org",
        "external_id": "1",
        "name": "Ann",
        "phone": "+1",
        "custom_attributes": {"plan": "gold", "age": 3},
    }
    made = desk.good("POST", "/contacts", body)
    path = f"/contacts/{made['id']}"
    desk.clock.advance(5)
    assert desk.good("PUT", path, {}) | {"updated_at": 0} == made | {"updated_at": 0}
    cleared = desk.good(
        "PUT",
        path,
        {"name": None, "phone": None, "email": None, "external_id": None, "custom_attributes": {"plan": None}},
    )
    assert (cleared["name"], cleared["phone"], cleared["email"], cleared["external_id"]) == (None, None, "", "1")
    assert cleared["custom_attributes"] == {"plan": None, "age": 3}
    assert cleared["updated_at"] == made["created_at"] + 5
    assert desk.good("PUT", path, {"external_id": "2"})["external_id"] == "2"


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({"plan": "", "age": 0, "score": 1, "paid": False, "since": 1_700_000_000}, None),
        ({"size": "medium"}, None),
        ({"plan": "x" * 300}, {"plan": "x" * 255}),
        ({"plan": None, "age": None}, None),
    ],
)
def test_attributes_keep_what_fits_their_type(desk: Desk, values: dict[str, Any], stored: Any) -> None:
    contact = desk.good("POST", "/contacts", {"email": "a@x.org", "custom_attributes": values})
    assert contact["custom_attributes"] == (stored or values)


@pytest.mark.parametrize(
    "values",
    [{"plan": 5}, {"age": "5"}, {"age": 5.5}, {"age": True}, {"paid": 1}, {"score": "1"}, {"since": "2024-01-01"},
     {"plan": ["a"]}, {"plan": {"a": 1}}, {"old": "x"}, {"Plan": "x"}],
)  # fmt: skip
def test_attributes_refuse_what_does_not(desk: Desk, values: dict[str, Any]) -> None:
    reply = desk.send("POST", "/contacts", {"email": "a@x.org", "custom_attributes": values})
    assert reply.error[:2] == (400, "parameter_invalid")
    assert next(iter(values)) in reply.error[2]
    assert desk.export() == []


def test_switches_of_attributes() -> None:
    desk = Desk(
        profile={"validate_list_values": True, "archived_attribute_write": "accept", "archived_attribute_name": "free"}
    )
    desk.seed(data_attributes=ATTRIBUTES)
    medium = {"email": "a@x.org", "custom_attributes": {"size": "medium"}}
    assert desk.send("POST", "/contacts", medium).error[2] == "Custom attribute 'size' must be one of its options"
    good = {"email": "a@x.org", "custom_attributes": {"size": "small", "old": "x"}}
    assert desk.good("POST", "/contacts", good)["custom_attributes"] == {"size": "small", "old": "x"}
    assert (
        desk.send("POST", "/data_attributes", {"name": "old", "model": "contact", "data_type": "integer"}).status == 200
    )


def test_milliseconds_are_no_seconds(desk: Desk) -> None:
    reply = desk.send("POST", "/contacts", {"email": "a@x.org", "signed_up_at": 1_700_000_000_000})
    assert reply.error[:2] == (400, "parameter_invalid")
    assert desk.good("POST", "/contacts", {"email": "a@x.org", "signed_up_at": None})["signed_up_at"] is None


def test_email_verified_needs_an_email_from_2_16(desk: Desk) -> None:
    lonely = {"external_id": "1", "email_verified": True}
    assert desk.send("POST", "/contacts", lonely).status == 400
    assert desk.send("POST", "/contacts", lonely, version="2.15").status == 200
    assert desk.send("POST", "/contacts", {"email": "a@x.org", "email_verified": True}).status == 200


def test_an_avatar_reads_back_by_the_switch() -> None:
    body = {"email": "a@x.org", "avatar": "https://x.org/a.png"}
    assert Desk().good("POST", "/contacts", body)["avatar"] == {"type": "avatar", "image_url": "https://x.org/a.png"}
    assert Desk(profile={"avatar_as": "text"}).good("POST", "/contacts", body)["avatar"] == "https://x.org/a.png"


def test_duplicate_emails_can_be_allowed() -> None:
    desk = Desk(
        profile={"allow_duplicate_emails": True, "email_ignores_case": False, "user_without_identity": "accept"}
    )
    one = desk.good("POST", "/contacts", {"external_id": "1", "email": "a@x.org"})["id"]
    two = desk.good("POST", "/contacts", {"external_id": "2", "email": "a@x.org"})["id"]
    assert one != two
    assert desk.send("POST", "/contacts", {"email": "a@x.org"}).error[2].endswith(one)
    assert desk.send("POST", "/contacts", {"email": "A@x.org"}).status == 200
    assert desk.send("POST", "/contacts", {"role": "user"}).status == 200


def test_a_deleted_contact_frees_its_details_when_it_is_purged() -> None:
    desk = Desk(profile={"purge_after_s": 60.0})
    id = desk.good("POST", "/contacts", {"external_id": "1"})["id"]
    desk.good("DELETE", f"/contacts/{id}")
    assert desk.send("POST", "/contacts", {"external_id": "1"}).status == 409
    desk.clock.advance(60)
    assert desk.good("POST", "/contacts", {"external_id": "1"})["id"] != id
    assert desk.send("POST", f"/contacts/{id}/unarchive").status == 404


def test_old_versions_name_a_deleted_contact_otherwise(desk: Desk) -> None:
    one, two = (desk.good("POST", "/contacts", {"external_id": id})["id"] for id in "12")
    assert desk.good("DELETE", f"/contacts/{one}", version="2.3") == {"id": one, "object": "contact", "deleted": True}
    assert desk.good("DELETE", f"/contacts/{two}") == {
        "id": two,
        "external_id": "2",
        "type": "contact",
        "deleted": True,
    }


def test_language_can_be_written_in_preview_only(desk: Desk) -> None:
    body = {"email": "a@x.org", "language_override": "ga"}
    made = desk.good("POST", "/contacts", body)
    assert made["language_override"] is None
    assert desk.good("PUT", f"/contacts/{made['id']}", body, version="Preview")["language_override"] == "ga"


# ---- merge ----


def test_a_merge_copies_what_is_missing_and_keeps_identifiers(desk: Desk) -> None:
    lead = desk.good("POST", "/contacts", {"role": "lead", "email": "a@x.org", "name": "Lead", "phone": "+1",
                                           "custom_attributes": {"plan": "gold", "age": 1}})  # fmt: skip
    user = desk.good("POST", "/contacts", {"external_id": "1", "email": "A@x.org", "name": "User",
                                           "custom_attributes": {"age": 2}})  # fmt: skip
    body = {"from": lead["id"], "into": user["id"]}
    merged = desk.good("POST", "/contacts/merge?include_merge_history=true", body)
    assert (merged["id"], merged["external_id"], merged["email"]) == (user["id"], "1", "A@x.org")
    assert (merged["name"], merged["phone"]) == ("User", "+1")
    assert merged["custom_attributes"] == {"plan": "gold", "age": 2}
    (history,) = merged["merge_history"]
    assert (history["source_contact_id"], history["source_contact_role"]) == (lead["id"], "lead")
    assert "merge_history" not in desk.good("GET", f"/contacts/{user['id']}")
    assert desk.send("GET", f"/contacts/{lead['id']}").status == 410
    assert desk.good("GET", "/contacts")["total_count"] == 1


def test_unrelated_contacts_are_merged_when_asked_or_before_2_16(desk: Desk) -> None:
    user = desk.good("POST", "/contacts", {"external_id": "1"})["id"]
    leads = [desk.good("POST", "/contacts", {"role": "lead", "email": f"{n}@x.org"})["id"] for n in range(2)]
    skipping = {"from": leads[0], "into": user, "skip_duplicate_validation": True}
    assert desk.good("POST", "/contacts/merge", skipping)["email"] == "0@x.org"
    assert desk.good("POST", "/contacts/merge", {"from": leads[1], "into": user}, version="2.15")["email"] == "0@x.org"


def test_a_contact_that_was_merged_away_keeps_its_email(desk: Desk) -> None:
    user = desk.good("POST", "/contacts", {"external_id": "1", "email": "user@x.org"})["id"]
    lead = desk.good("POST", "/contacts", {"role": "lead", "email": "lead@x.org"})["id"]
    desk.good("POST", "/contacts/merge", {"from": lead, "into": user, "skip_duplicate_validation": True})
    message = f"An archived contact matching those details already exists with id={lead}"
    assert desk.send("POST", "/contacts", {"email": "lead@x.org"}).error == (409, "conflict", message)


def test_parameters_that_are_no_filters_are_ignored(desk: Desk) -> None:
    ids = [desk.good("POST", "/contacts", {"email": f"{n}@x.org"})["id"] for n in range(3)]
    listed = desk.good("GET", "/contacts?email=0%40x.org&external_id=9&page=2")
    assert [contact["id"] for contact in listed["data"]] == ids[::-1]
    assert listed["pages"] == {"type": "pages", "page": 1, "per_page": 10, "total_pages": 1}
