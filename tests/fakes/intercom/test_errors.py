"""Refusals as importers meet them: status, code and text typed from contracts/intercom.md, not from our table."""

from __future__ import annotations

from typing import Any

import pytest

from .desk import Desk

ACTIVE, ARCHIVED, DELETED, MERGED, BLOCKED, LEAD = (letter * 24 for letter in "abcdef")
NOBODY = "0" * 24
SEED: dict[str, Any] = {
    "data_attributes": [
        {"name": "plan", "data_type": "string"},
        {"name": "age", "data_type": "integer"},
        {"name": "industry type", "model": "company", "data_type": "string"},
        {"name": "used", "data_type": "string", "in_use": True},
    ],
    "companies": [{"id": "c" * 24, "company_id": "acme", "name": "Acme"}],
    "contacts": [
        {"id": ACTIVE, "external_id": "1", "email": "active@x.org"},
        {"id": ARCHIVED, "external_id": "2", "email": "archived@x.org", "status": "archived"},
        {"id": DELETED, "external_id": "3", "email": "deleted@x.org", "status": "deleted"},
        {"id": MERGED, "external_id": "4", "email": "merged@x.org", "status": "merged", "merged_into": ACTIVE},
        {"id": BLOCKED, "external_id": "5", "email": "blocked@x.org", "status": "blocked"},
        {"id": LEAD, "role": "lead", "email": "lead@x.org"},
    ],
}
EXISTS = "A contact matching those details already exists with id="
ARCHIVED_EXISTS = "An archived contact matching those details already exists with id="
CURSOR = "Invalid starting_after param. Please try again using a starting_after value from a paginated response"
VERSION = "Requested resource is not available in current API version."
OWNER = "The owner specified is not a member of the workspace"
TO_LEAD = "Contact with user role can't be converted to a lead"
PURGING = "User has been marked for permanent deletion and is not restorable."
GONE = "This contact has been merged. See the 'Link' header for the canonical contact."
ROLES = "Merging can only be performed on a lead into a user"
DUPLICATES = (
    "Contacts can only be merged when they are duplicates (matching email or phone). "
    "Pass skip_duplicate_validation=true to override this check."
)
SECONDS = "'last_seen_at' must be a Unix timestamp in seconds (integer), got String"
NAME = "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens"
OPTIONS = "You must have at least two options on a list type data attribute"
MODEL = "The Data Attribute model field must be either contact or company"
DEPENDANT = "The Data Attribute you are trying to archive has a dependant object"
CONVERSATION = "model=conversation is no longer supported. Use GET /conversations/attributes instead"
TAKEN = "You already have '{}' in your {} data. To save this as new {} data, use a different name."
STANDARD = (
    "'Name' is one of our standard attributes for your people data. "
    "To save this as new people data, use a different name."
)
NO_ROUTE = "The requested resource does not exist; check your path and try again"
SORT = "Invalid sort order 'desc'. Must be one of: ascending, descending"
ATTRIBUTE = {"name": "x", "model": "contact", "data_type": "string"}
ANYBODY = {"field": "name", "operator": "=", "value": "x"}

CASES: list[tuple[str, str, Any, int, str, str]] = [
    # 2.2 to 2.4
    ("GET", f"/contacts/{NOBODY}", None, 404, "not_found", "User Not Found"),
    ("GET", f"/contacts/{ARCHIVED}", None, 404, "not_found", "User Not Found"),
    ("GET", f"/contacts/{DELETED}", None, 404, "not_found", "User Not Found"),
    ("PUT", f"/contacts/{NOBODY}", {}, 404, "not_found", "User Not Found"),
    ("DELETE", f"/contacts/{NOBODY}", None, 404, "not_found", "User Not Found"),
    ("POST", f"/contacts/{ARCHIVED}/archive", None, 404, "not_found", "User Not Found"),
    ("GET", "/contacts/find_by_external_id/2", None, 404, "not_found", "User Not Found"),
    ("GET", "/contacts/find_by_external_id/nobody", None, 404, "not_found", "User Not Found"),
    ("GET", f"/contacts/{MERGED}", None, 410, "contact_merged", GONE),
    ("GET", "/contacts/find_by_external_id/4", None, 410, "contact_merged", GONE),
    ("POST", "/contacts", {"external_id": "1"}, 409, "conflict", EXISTS + ACTIVE),
    ("POST", "/contacts", {"external_id": 1}, 409, "conflict", EXISTS + ACTIVE),
    ("POST", "/contacts", {"email": " Active@X.org"}, 409, "conflict", EXISTS + ACTIVE),
    ("POST", "/contacts", {"external_id": "n", "email": "active@x.org"}, 409, "conflict", EXISTS + ACTIVE),
    ("POST", "/contacts", {"external_id": "2", "email": "archived@x.org"}, 409, "conflict", ARCHIVED_EXISTS + ARCHIVED),
    ("POST", "/contacts", {"external_id": "3"}, 409, "conflict", ARCHIVED_EXISTS + DELETED),
    ("POST", "/contacts", {"email": "merged@x.org"}, 409, "conflict", ARCHIVED_EXISTS + MERGED),
    ("PUT", f"/contacts/{LEAD}", {"role": "user", "email": "active@x.org"}, 409, "conflict", EXISTS + ACTIVE),
    ("PUT", f"/contacts/{ACTIVE}", {"external_id": "2"}, 409, "conflict", ARCHIVED_EXISTS + ARCHIVED),
    ("POST", f"/contacts/{DELETED}/unarchive", None, 400, "bad_request", PURGING),
    ("POST", f"/contacts/{MERGED}/unarchive", None, 400, "bad_request", "User has been merged and is not restorable."),
    ("PUT", f"/contacts/{ACTIVE}", {"role": "lead"}, 400, "client_error", TO_LEAD),
    ("POST", "/contacts", {"email": "o@x.org", "owner_id": 17}, 400, "parameter_invalid", OWNER),
    ("POST", "/contacts", {"email": "s@x.org", "last_seen_at": "2024-01-01"}, 400, "parameter_invalid", SECONDS),
    # 2.6, 2.7
    ("POST", "/contacts/merge", {"from": ACTIVE, "into": LEAD}, 400, "invalid_merge", ROLES),
    ("POST", "/contacts/merge", {"from": LEAD, "into": ACTIVE}, 400, "invalid_merge", DUPLICATES),
    ("GET", "/contacts?starting_after=None", None, 400, "client_error", CURSOR),
    ("GET", f"/contacts?starting_after={ACTIVE}", None, 400, "client_error", CURSOR),
    # 3
    ("POST", "/contacts/search", {"query": {**ANYBODY, "operator": "AND"}}, 500, "server_error", "Server Error"),
    ("POST", "/contacts/search", {"query": ANYBODY, "sort": {"order": "desc"}}, 400, "invalid_sort_order", SORT),
    (
        "POST",
        "/contacts/search",
        {"query": {"field": "shoe_size", "operator": "=", "value": 1}},
        400,
        "invalid_field",
        "shoe_size is not a valid search field",
    ),
    # 4
    ("POST", "/contacts", {"email": "c@x.org", "custom_attributes": {"X": 1}}, 400, "parameter_invalid",
     "Custom attribute 'X' does not exist"),
    ("POST", "/data_attributes", {**ATTRIBUTE, "name": "plan"}, 400, "parameter_invalid",
     TAKEN.format("plan", "people", "people")),
    ("POST", "/data_attributes", {**ATTRIBUTE, "name": "plan", "model": "company"}, 400, "parameter_invalid",
     TAKEN.format("plan", "people", "company")),
    ("POST", "/data_attributes", {**ATTRIBUTE, "name": "industry type"}, 400, "parameter_invalid",
     TAKEN.format("industry type", "company", "people")),
    ("POST", "/data_attributes", {**ATTRIBUTE, "name": "!nv@l!d n@me"}, 400, "parameter_invalid", NAME),
    ("POST", "/data_attributes", {**ATTRIBUTE, "name": "Name"}, 400, "parameter_invalid", STANDARD),
    ("POST", "/data_attributes", {**ATTRIBUTE, "data_type": "mithril"}, 400, "parameter_invalid",
     "Data Type isn't an option"),
    ("POST", "/data_attributes", {**ATTRIBUTE, "data_type": "options", "options": [{"value": "1-10"}]}, 400,
     "parameter_invalid", OPTIONS),
    ("POST", "/data_attributes", {**ATTRIBUTE, "data_type": "options"}, 400, "parameter_invalid", OPTIONS),
    ("POST", "/data_attributes", {"options": [{"value": "1-10"}]}, 400, "parameter_invalid", MODEL),
    ("PUT", "/data_attributes/1", {"options": {"value": "1-10"}}, 400, "parameter_invalid", "Options isn't an array"),
    ("PUT", "/data_attributes/999", {}, 404, "field_not_found", "We couldn't find that data attribute to update"),
    ("PUT", "/data_attributes/4", {"archived": True}, 422, "data_invalid", DEPENDANT),
    ("GET", "/data_attributes?model=conversation", None, 422, "parameter_invalid", CONVERSATION),
    # 5
    ("POST", "/companies", {"test": "invalid"}, 400, "bad_request", "bad 'test' parameter"),
    ("GET", "/companies?company_id=nobody", None, 404, "company_not_found", "Company Not Found"),
    ("POST", f"/contacts/{ACTIVE}/companies", {}, 400, "parameter_not_found", "company not specified"),
    ("POST", f"/contacts/{ACTIVE}/companies", {"id": "acme"}, 404, "company_not_found", "Company Not Found"),
    ("POST", f"/contacts/{NOBODY}/companies", {"id": "c" * 24}, 404, "not_found", "User Not Found"),
    ("POST", "/tags", {"test": "invalid"}, 400, "parameter_invalid", "invalid tag parameters"),
    ("POST", f"/contacts/{ACTIVE}/tags", {"id": "123"}, 404, "not_found", "Resource Not Found"),
    ("POST", f"/contacts/{NOBODY}/tags", {"id": "123"}, 404, "not_found", "User Not Found"),
    ("POST", f"/contacts/{ACTIVE}/notes", {"body": "x", "admin_id": 1}, 404, "not_found", "Resource Not Found"),
    # 1
    ("GET", "/users", None, 404, "not_found", NO_ROUTE),
    ("POST", "/bulk/users", {}, 404, "not_found", NO_ROUTE),
    ("PATCH", "/contacts", {}, 404, "not_found", NO_ROUTE),
    ("POST", "/contacts/bulk", {"contacts": []}, 400, "intercom_version_invalid", VERSION),
]  # fmt: skip

PREVIEW_CASES: list[tuple[str, str, Any, int, str, str]] = [
    ("POST", "/contacts/bulk", {}, 422, "field_not_found", "contacts field must be supplied"),
    ("PUT", "/contacts/bulk", {"contacts": [{"email": "x"}]}, 422, "field_not_found",
     "contacts must be identified by id"),
    ("POST", "/contacts/bulk", {"contacts": [{}] * 101}, 422, "parameter_invalid",
     "maximum number of contacts per request is 100"),
    ("POST", "/contacts/bulk", {"contacts": {}}, 422, "type_mismatch", "contacts must be an array"),
    ("POST", "/contacts/bulk/delete", {"contacts": [1]}, 422, "type_mismatch", "each contact must be an object"),
]  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk(limits={"app": 10_000, "workspace": 10_000})
    desk.seed(**SEED)
    return desk


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "message"), CASES)
def test_a_refusal_reads_as_recorded(
    desk: Desk, method: str, path: str, body: Any, status: int, code: str, message: str
) -> None:
    before = desk.export()
    reply = desk.send(method, path, body)
    assert reply.error == (status, code, message)
    assert reply.json["type"] == "error.list"
    assert reply.row.why
    assert desk.export() == before


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "message"), PREVIEW_CASES)
def test_a_refused_bulk_request_reads_as_documented(
    desk: Desk, method: str, path: str, body: Any, status: int, code: str, message: str
) -> None:
    assert desk.send(method, path, body, version="Preview").error == (status, code, message)


def test_a_merged_contact_points_to_the_one_it_went_into(desk: Desk) -> None:
    reply = desk.send("GET", f"/contacts/{MERGED}")
    assert reply.headers["Link"] == f'</contacts/{ACTIVE}>; rel="canonical"'
    assert "request_id" not in reply.json
    old = desk.send("GET", f"/contacts/{MERGED}", version="2.15")
    assert (old.error, old.headers.get("Link")) == ((404, "not_found", "User Not Found"), None)


def test_the_journal_says_which_rule_refused_and_the_body_does_not(desk: Desk) -> None:
    reply = desk.send("POST", "/contacts", {"external_id": "2"})
    assert reply.row.refused_by == "rule:conflict.archived"
    assert str(reply.row.why) not in reply.body.decode()
    assert set(reply.json["errors"][0]) == {"code", "message"}


def test_switches_change_the_words() -> None:
    desk = Desk(
        profile={
            "unarchive_deleted": "server_error",
            "blocked_conflict": "conflict",
            "conflict_data": True,
            "timestamp_message": "bad_request",
            "unknown_keys": "refuse",
            "invalid_role": "refuse",
            "strict_values": True,
        }
    )
    desk.seed(**SEED)
    assert desk.send("POST", f"/contacts/{DELETED}/unarchive").error == (500, "server_error", "Server Error")
    blocked = desk.send("POST", "/contacts", {"external_id": "5"})
    assert blocked.error == (409, "conflict", ARCHIVED_EXISTS + BLOCKED)
    assert blocked.json["errors"][0]["data"] == {"contact_id": BLOCKED}
    signed_up = desk.send("POST", "/contacts", {"email": "n@x.org", "signed_up_at": "today"})
    assert signed_up.error == (400, "bad_request", "bad 'remote_created_at' parameter")
    for extra in (
        {"company_id": "9"},
        {"role": "contact"},
        {"email": "no-address"},
        {"phone": "call me"},
        {"name": "n" * 256},
        {"custom_attributes": {"plan": "p" * 256}},
    ):
        assert desk.send("POST", "/contacts", {"email": "n@x.org", **extra}).status == 400, extra
    assert desk.send("POST", "/contacts", {"email": "n@x.org", "phone": "+353 1 234", "name": "n"}).status == 200


def test_blocked_details_are_not_restorable(desk: Desk) -> None:
    assert desk.send("POST", "/contacts", {"external_id": "5"}).error[:2] == (400, "not_restorable")
    assert desk.send("POST", f"/contacts/{BLOCKED}/unarchive").error[:2] == (400, "not_restorable")
