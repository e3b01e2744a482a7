"""Credentials, versions, bodies, headers and limits (contract sections 1 and 6)."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from .desk import Desk

UNAUTHORIZED = (401, "unauthorized", "Access Token Invalid")
REQUEST_ID = re.compile(r"[0-9a-v]{20}")


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ---- credentials ----


def test_both_schemes_open_the_workspace(desk: Desk) -> None:
    basic = base64.b64encode(f"{desk.token}:".encode()).decode()
    for header in (f"Bearer {desk.token}", f"bearer  {desk.token} ", f"Basic {basic}"):
        assert desk.send("GET", "/me", headers={"authorization": header}).status == 200


@pytest.mark.parametrize("header", ["Bearer nobody", "Bearer", "Basic !!!", "Basic Og==", "Digest x", ""])
def test_other_credentials_are_refused_without_rate_headers(desk: Desk, header: str) -> None:
    reply = desk.send("GET", "/me", headers={"authorization": header})
    assert reply.error == UNAUTHORIZED
    assert not [name for name in reply.headers if name.startswith("X-RateLimit")]
    assert REQUEST_ID.fullmatch(reply.json["request_id"])
    assert desk.registry.strays_total == 1


# ---- Accept and body ----


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html, application/*;q=0.1", ""])
def test_an_accept_header_that_lets_json_through(desk: Desk, accept: str) -> None:
    assert desk.send("GET", "/me", headers={"accept": accept}).status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_an_accept_header_that_does_not(desk: Desk, accept: str) -> None:
    reply = desk.send("GET", "/me", headers={"accept": accept})
    message = "The Accept header should send a media type of application/json"
    assert reply.error == (406, "media_type_not_acceptable", message)
    assert "request_id" not in reply.json


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"email": "\xff"}', b"[" * 5000, b"null", b"[]", b'"text"', b"NaN", b"\xef\xbb\xbf{}"]
)
def test_bodies_that_are_no_json_objects(desk: Desk, body: bytes) -> None:
    assert desk.send("POST", "/contacts", body).error[:2] == (400, "parameter_invalid")


@pytest.mark.parametrize("body", [None, b"", b"  ", {}])
def test_bodyless_writes_are_fine(desk: Desk, body: Any) -> None:
    id = desk.good("POST", "/contacts", {"email": "a@x.org"})["id"]
    archived = desk.good("POST", f"/contacts/{id}/archive", body)
    assert archived == {"id": id, "external_id": None, "type": "contact", "archived": True}


@pytest.mark.parametrize(
    "extra",
    [{"name": 5}, {"email": ["a"]}, {"custom_attributes": "x"}, {"unsubscribed_from_emails": "yes"}, {"role": 1}],
)
def test_values_of_wrong_types_are_refused(desk: Desk, extra: dict[str, Any]) -> None:
    assert desk.send("POST", "/contacts", {"external_id": "1", **extra}).error[:2] == (400, "parameter_invalid")


# ---- versions ----


def test_an_unknown_version_is_told(desk: Desk) -> None:
    reply = desk.send("GET", "/contacts", version="2.99")
    assert reply.error == (400, "intercom_version_invalid", "The requested version could not be found")


@pytest.mark.parametrize(("version", "status"), [("2.12", 400), ("2.13", 200), ("Preview", 200), ("Unstable", 200)])
def test_operations_begin_at_their_version(desk: Desk, version: str, status: int) -> None:
    desk.seed(contacts=[{"external_id": "1"}])
    assert desk.send("GET", "/contacts/find_by_external_id/1", version=version).status == status


def test_the_version_used_is_echoed(desk: Desk) -> None:
    assert desk.send("GET", "/me", version="2.9").headers["Intercom-Version"] == "2.9"
    assert desk.send("GET", "/me", version="Unstable").headers["Intercom-Version"] == "Preview"
    assert desk.send("GET", "/me", version=None).headers["Intercom-Version"] == "2.16"


def test_without_a_version_the_app_decides_and_an_old_app_makes_leads() -> None:
    desk = Desk(profile={"app_version": "1.0"})
    body = {"role": "user", "external_id": "1", "email": "a@x.org", "signed_up_at": 1_700_000_000, "last_seen_at": 1}
    lead = desk.good("POST", "/contacts", body, version=None)
    assert (lead["role"], lead["signed_up_at"], lead["last_seen_at"]) == ("lead", None, None)
    assert lead["external_id"] != "1"
    assert desk.good("POST", "/contacts", body, version="2.16")["role"] == "user"


def test_owner_ids_change_their_type(desk: Desk) -> None:
    admin = desk.good("GET", "/me")["id"]
    contact = desk.good("POST", "/contacts", {"email": "a@x.org", "owner_id": admin})
    assert contact["owner_id"] == admin
    assert desk.good("GET", f"/contacts/{contact['id']}", version="2.15")["owner_id"] == int(admin)


def test_formatted_phone_is_only_in_2_11_and_preview(desk: Desk) -> None:
    desk.good("POST", "/contacts", {"email": "a@x.org", "phone": "+1"})
    seen = {v: "formatted_phone" in desk.good("GET", "/contacts", version=v)["data"][0] for v in
            ("2.10", "2.11", "2.12", "2.16", "Preview")}  # fmt: skip
    assert seen == {"2.10": False, "2.11": True, "2.12": False, "2.16": False, "Preview": True}


# ---- headers ----


def test_the_headers_of_the_recordings_are_there(desk: Desk) -> None:
    written = desk.send("POST", "/contacts", {"email": "a@x.org"})
    read = desk.send("GET", "/contacts")
    refused = desk.send("POST", "/contacts", {"email": "a@x.org"})
    for reply in (written, read, refused):
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        assert REQUEST_ID.fullmatch(reply.headers["X-Request-Id"])
        assert {"Date", "Server", "X-Runtime", "X-Intercom-Version", "Intercom-Version"} <= set(reply.headers)
    assert written.headers["Status"] == "200 OK"
    assert written.headers["Cache-Control"] == "max-age=0, private, must-revalidate"
    assert written.headers["ETag"].startswith('W/"')
    assert re.fullmatch(r"recent_write=[0-9a-f-]{36}; path=/; max-age=1", written.headers["Set-Cookie"])
    assert "Set-Cookie" not in read.headers | refused.headers
    assert (refused.headers["Status"], refused.headers["Cache-Control"]) == ("409 Conflict", "no-cache")
    assert "ETag" not in refused.headers
    assert refused.json["request_id"] == refused.headers["X-Request-Id"]


def test_request_ids_and_contact_ids_repeat_with_the_seed() -> None:
    one, other, third = Desk(seed=5), Desk(seed=5), Desk(seed=6)
    other.clock.freeze(max(one.clock.now(), other.clock.now()))
    one.clock.freeze(other.clock.now())
    third.clock.freeze(max(one.clock.now(), third.clock.now()))
    bodies = [desk.good("POST", "/contacts", {"role": "lead"})["id"][8:] for desk in (one, other, third)]
    assert bodies[0] == bodies[1] != bodies[2]


# ---- limits ----


def test_remaining_is_shown_before_the_call_is_counted() -> None:
    desk = Desk(limits={"app": 3})
    end = int(desk.clock.now()) + 10
    seen = [desk.send("GET", path).headers for path in ("/me", "/nope", "/me")]
    assert [h["X-RateLimit-Remaining"] for h in seen] == ["3", "2", "1"]
    assert {(h["X-RateLimit-Limit"], h["X-RateLimit-Reset"]) for h in seen} == {("3", str(end))}
    refused = desk.send("POST", "/contacts", {"email": "a@x.org"})
    assert refused.error == (429, "rate_limit_exceeded", "Exceeded rate limit of 3 in 10_seconds")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert REQUEST_ID.fullmatch(refused.json["request_id"])
    assert "Retry-After" not in refused.headers
    assert desk.export() == []
    desk.clock.advance(10)
    assert desk.send("POST", "/contacts", {"email": "a@x.org"}).status == 200


def test_switches_of_the_limits() -> None:
    desk = Desk(limits={"app": 1}, profile={"retry_after": True, "reset_offset_s": 2})
    first = desk.send("GET", "/me")
    assert int(first.headers["X-RateLimit-Reset"]) == int(desk.clock.now()) + 12
    assert "Retry-After" not in first.headers
    assert desk.send("GET", "/me").headers["Retry-After"] == "12"


@pytest.mark.parametrize(("numbers", "limit"), [("workspace", "2"), ("app", "100")])
def test_whose_numbers_the_workspace_limit_shows(numbers: str, limit: str) -> None:
    desk = Desk(limits={"app": 100, "workspace": 2}, profile={"workspace_limit_numbers": numbers})
    other = desk.registry.add_credential(desk.sandbox)["token"]
    assert [desk.send("GET", "/me", token=token).status for token in (desk.token, other)] == [200, 200]
    refused = desk.send("GET", "/me", token=other)
    assert refused.error[2] == f"Exceeded rate limit of {limit} in 10_seconds"
    assert (refused.headers["X-RateLimit-Limit"], refused.headers["X-RateLimit-Remaining"]) == (limit, "0")


# ---- faults ----


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "rate_limit_exceeded"), (401, "unauthorized"), (500, "server_error"), (503, "service_unavailable"),
     (504, "server_error"), (408, "request_timeout"), (418, "client_error")],
)  # fmt: skip
def test_faults_speak_the_vendors_words(desk: Desk, status: int, code: str) -> None:
    desk.sandbox.faults.put({"faults": [{"operation": "contacts.create", "where": "before", "status": status}]})
    reply = desk.send("POST", "/contacts", {"email": "a@x.org"})
    assert reply.error[:2] == (status, code)
    assert reply.json["request_id"] == reply.headers["X-Request-Id"]
    assert desk.export() == []


def test_a_proxys_page_bears_none_of_the_vendors_headers(desk: Desk) -> None:
    desk.sandbox.faults.put({"faults": [{"operation": "*", "where": "before", "html": 502}]})
    reply = desk.send("GET", "/me")
    assert (reply.status, reply.body[:6]) == (502, b"<html>")
    assert {"Date", "Server"} < set(reply.headers)
    assert not [name for name in reply.headers if name.startswith("X-")]


def test_a_fault_after_the_commit_leaves_the_contact(desk: Desk) -> None:
    desk.sandbox.faults.put({"faults": [{"operation": "contacts.create", "where": "after", "status": 503}]})
    assert desk.send("POST", "/contacts", {"email": "a@x.org"}).status == 503
    assert [line["email"] for line in desk.export()] == ["a@x.org"]
