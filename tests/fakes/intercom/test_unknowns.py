"""What nobody knows of Intercom (contract section 10) is a switch: each of its positions, by whole requests.

Items 1 to 5, 9 to 11 and 13 have their tests beside the rules that they bend.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from customhouse_fakes.core.errors import ProfileError
from customhouse_fakes.core.profiles import describe, parse
from customhouse_fakes.core.request import Request
from customhouse_fakes.intercom.profile import IntercomLimits, IntercomProfile
from customhouse_fakes.intercom.provenance import provenance

from .desk import Desk

NOBODY = "0" * 24
NAMED = {"field": "name", "operator": "=", "value": "Ann"}


def search(desk: Desk, query: Any, **more: Any) -> tuple[int, str]:
    """Status, and the error's code or the total."""
    reply = desk.send("POST", "/contacts/search", {"query": query, **more})
    return reply.status, str(reply.json["total_count"]) if reply.status == 200 else reply.error[1]


# ---- item 6: searches ----


def nested(levels: int) -> Any:
    return NAMED if levels == 0 else {"operator": "AND", "value": [nested(levels - 1)]}


WIDE = {"operator": "OR", "value": [NAMED] * 16}


@pytest.mark.parametrize("query", [WIDE, nested(3)], ids=["wide", "deep"])
def test_limits_of_a_search(query: Any) -> None:
    assert search(Desk(), query) == (400, "parameter_invalid")
    accepting = Desk(profile={"search_limits": "accept"})
    accepting.good("POST", "/contacts", {"external_id": "1", "name": "Ann"})
    assert search(accepting, query) == (200, "1")


def test_even_an_accepting_search_has_a_bottom() -> None:
    desk = Desk(profile={"search_limits": "accept"})
    assert search(desk, nested(50)) == (200, "0")
    assert search(desk, nested(51)) == (400, "parameter_invalid")


@pytest.mark.parametrize("code", ["invalid_field", "parameter_invalid"])
@pytest.mark.parametrize("field", ["shoe_size", "custom_attributes.none", 5])
def test_the_code_for_an_unknown_field(code: str, field: Any) -> None:
    desk = Desk(profile={"search_unknown_field": code})
    assert search(desk, {**NAMED, "field": field}) == (400, code)
    assert search(desk, NAMED, sort={"field": "shoe_size"}) == (400, code)


def test_an_operator_that_the_type_has_not() -> None:
    query = {"field": "created_at", "operator": "~", "value": "1"}
    assert search(Desk(), query) == (400, "parameter_invalid")
    assert search(Desk(profile={"search_bad_operator": "server_error"}), query) == (500, "server_error")


# ---- item 7: page sizes ----


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_page_sizes_below_one(value: str) -> None:
    assert Desk().send("GET", f"/contacts?per_page={value}").error[:2] == (400, "parameter_invalid")
    lenient = Desk(profile={"per_page_under_min": "default", "list_per_page": 7})
    assert lenient.good("GET", f"/contacts?per_page={value}")["pages"]["per_page"] == 7


def test_page_sizes_above_the_most() -> None:
    assert Desk().good("GET", "/contacts?per_page=151")["pages"]["per_page"] == 150
    strict = Desk(profile={"per_page_over_max": "refuse"})
    assert strict.send("GET", "/contacts?per_page=151").error[:2] == (400, "parameter_invalid")


# ---- item 8: not found ----


@pytest.mark.parametrize("message", ["User Not Found", "Contact Not Found"])
def test_the_words_for_not_found(message: str) -> None:
    desk = Desk(profile={"not_found_message": message})
    gone = desk.good("POST", "/contacts", {"email": "a@x.org"})["id"]
    desk.good("POST", f"/contacts/{gone}/archive")
    for id in (NOBODY, gone):
        calls = [("PUT", f"/contacts/{id}"), ("POST", f"/contacts/{id}/archive")]
        for method, target in [*calls, ("GET", "/contacts/find_by_external_id/none")]:
            assert desk.send(method, target, {}).error == (404, "not_found", message)
        assert desk.send("GET", f"/contacts/{id}").error == (404, "not_found", "User Not Found")
    assert desk.send("DELETE", f"/contacts/{NOBODY}").error == (404, "not_found", message)


# ---- item 12: outages ----


@pytest.mark.parametrize("status", [408, 503, 504])
def test_bodies_of_outages(status: int) -> None:
    def reply(**profile: Any) -> Any:
        desk = Desk(profile=profile)
        desk.sandbox.faults.put({"faults": [{"operation": "*", "status": status, "retry_after_s": 3}]})
        return desk.send("GET", "/me")

    assert reply().error[0] == status
    html = reply(outage_body="html")
    assert (html.status, html.headers["Content-Type"], html.body[:6]) == (status, "text/html", b"<html>")
    empty = reply(outage_body="empty")
    assert (empty.status, empty.body, empty.headers["Retry-After"]) == (status, b"", "3")


def test_other_errors_keep_their_envelope() -> None:
    desk = Desk(profile={"outage_body": "html"})
    desk.sandbox.faults.put({"faults": [{"operation": "*", "status": 500}]})
    assert desk.send("GET", "/me").error[:2] == (500, "server_error")


# ---- item 14: request size ----


def test_a_request_size_limit() -> None:
    big = {"email": "a@x.org", "name": "n" * 1000}
    assert Desk().send("POST", "/contacts", big).status == 200
    small = Desk(profile={"request_limit_bytes": 500})
    refused = small.send("POST", "/contacts", big)
    assert refused.error[:2] == (413, "client_error")
    assert refused.row.refused_by == "rule:status.413"
    assert small.send("POST", "/contacts", {"email": "a@x.org"}).status == 200


# ---- item 15: no credential ----


@pytest.mark.parametrize("code", ["unauthorized", "missing_authorization"])
def test_the_code_without_a_credential(code: str) -> None:
    desk = Desk(profile={"missing_authorization": code})
    passage = desk.gate.admit(Request("GET", "/me", "", {}, b""))
    assert passage.answer is not None
    error = orjson.loads(passage.answer.body)["errors"][0]
    assert (passage.answer.status, error["code"]) == (401, code)
    assert desk.send("GET", "/me", token="nobody").error[1] == "unauthorized"


def test_among_several_sandboxes_the_development_one_decides() -> None:
    desk = Desk(profile={"missing_authorization": "missing_authorization"})
    desk.registry.create("intercom")
    assert desk.registry.profile("intercom").missing_authorization == "unauthorized"
    desk.registry.create("intercom", id="intercom-dev", profile={"missing_authorization": "missing_authorization"})
    assert desk.registry.profile("intercom").missing_authorization == "missing_authorization"


# ---- item 16: rate headers ----


@pytest.mark.parametrize(("shown", "seen"), [("before", ["2", "1", "0"]), ("after", ["1", "0", "0"])])
def test_what_remaining_counts(shown: str, seen: list[str]) -> None:
    desk = Desk(limits={"app": 2}, profile={"rate_headers": shown})
    assert [desk.send("GET", "/me").headers["X-RateLimit-Remaining"] for _ in range(3)] == seen


def test_no_rate_headers_at_all() -> None:
    desk = Desk(limits={"app": 1}, profile={"rate_headers": "absent", "retry_after": True})
    for status in (200, 429):
        reply = desk.send("GET", "/me")
        assert reply.status == status
        assert not [name for name in reply.headers if name.startswith("X-RateLimit")]
    assert "Retry-After" in reply.headers


# ---- no switch ----


def test_a_401_of_the_plan_is_told_no_limits() -> None:
    desk = Desk()
    desk.sandbox.faults.put({"faults": [{"operation": "*", "status": 401}]})
    reply = desk.send("GET", "/me")
    assert reply.error[:2] == (401, "unauthorized")
    assert reply.json["request_id"]
    assert not [name for name in reply.headers if name.startswith("X-RateLimit")]


@pytest.mark.parametrize("path", ["/contacts/deleted", "/contacts/activities"])
@pytest.mark.parametrize("version", ["2.16", "Preview"])
def test_paths_of_preview_that_are_no_ids(path: str, version: str) -> None:
    reply = Desk().send("GET", path, version=version)
    assert reply.error[:2] == (404, "not_found")
    assert reply.error[2].startswith("The requested resource does not exist")
    assert Desk().send("GET", f"{path}x", version=version).error[2] == "User Not Found"


@pytest.mark.parametrize("external_id", ["/x", "//", "a/b", "a\nb", "x/", "%", "deleted"])
def test_any_external_id_is_found_by_its_path(external_id: str) -> None:
    desk = Desk()
    made = desk.good("POST", "/contacts", {"external_id": external_id})
    passage = desk.gate.admit(
        Request(
            "GET",
            f"/contacts/find_by_external_id/{external_id}",
            "",
            {"authorization": f"Bearer {desk.token}", "intercom-version": "2.16"},
            b"",
        )
    )
    desk.gate.answer(passage)
    assert passage.answer is not None
    assert orjson.loads(passage.answer.body)["id"] == made["id"]


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (IntercomLimits, {"window_s": 0}), (IntercomLimits, {"window_s": -1}), (IntercomLimits, {"app": 0}),
        (IntercomLimits, {"workspace": 0}), (IntercomLimits, {"journal": 0}), (IntercomProfile, {"list_per_page": 0}),
        (IntercomProfile, {"search_per_page": 151}), (IntercomProfile, {"search_lag_s": -1}),
        (IntercomProfile, {"purge_after_s": -1}), (IntercomProfile, {"bulk_task_s": -0.1}),
        (IntercomProfile, {"development_sweep_s": -1}), (IntercomProfile, {"request_limit_bytes": -1}),
    ],
    ids=str,
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(kind: type, document: dict[str, Any]) -> None:
    with pytest.raises(ProfileError, match=r"at least|at most"):
        parse(kind, document)


def test_every_number_has_a_least() -> None:
    for kind in (IntercomProfile, IntercomLimits):
        for row in describe(kind):
            assert "minimum" in row or row["type"] not in ("number", "integer"), row["name"]


def test_defaults_that_are_our_own_choice_say_so() -> None:
    grades = {row["id"]: row["grade"] for row in provenance()}
    assert {grades[f"switch.{name}"] for name in ("app_version", "timezone", "region")} == {"invented"}


# ---- what a fault plan says of the rate limit ----


def test_a_window_that_another_app_used_up_refuses_to_its_end() -> None:
    desk = Desk(limits={"app": 5, "windows_from": "account"})
    desk.sandbox.faults.put({"faults": [{"operation": "admins.me", "use_up": True, "calls": {"nth": [2]}}]})
    answers = [desk.send("GET", "/me") for _ in range(3)]
    assert [one.status for one in answers] == [200, 429, 429]
    left = int(answers[1].headers["X-RateLimit-Reset"]) - desk.clock.now()
    assert 0 < left <= 11
    desk.clock.advance(left)
    assert desk.send("GET", "/me").status == 200


def test_a_planned_429_names_one_wait() -> None:
    desk = Desk()
    desk.sandbox.faults.put({"faults": [{"operation": "*", "status": 429, "retry_after_s": 7}]})
    told = desk.send("GET", "/me").headers
    assert (told["Retry-After"], told["X-RateLimit-Reset"]) == ("7", f"{desk.clock.now() + 7:.0f}")
