"""Seeding, exporting, snapshots, and what a development workspace does behind everybody's back."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from customhouse_fakes.core.errors import ProfileError, SeedError
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.intercom.provider import IntercomProvider
from customhouse_fakes.intercom.state.exporting import export
from customhouse_fakes.intercom.state.seeding import seed

from .desk import Desk
from .support import Time, V, workspace

TEXT = st.none() | st.text(max_size=8)
CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["active", "archived", "deleted", "merged", "blocked"]),
            "created_at": st.integers(0, 2**31),
        },
        optional={
            "role": st.sampled_from(["user", "lead"]),
            "external_id": TEXT,
            "email": TEXT,
            "phone": TEXT,
            "name": TEXT,
            "signed_up_at": st.none() | st.integers(0, 2**31),
            "custom_attributes": st.dictionaries(
                st.text(max_size=4), st.none() | st.booleans() | st.integers(0, 9) | TEXT
            ),
            "tags": st.lists(st.sampled_from(["a", "b"]), unique=True),
            "companies": st.lists(st.sampled_from(["x", "y"]), unique=True),
        },
    ),
    max_size=6,
)
KEPT = ("id", "status", "external_id", "role", "email", "phone", "name", "signed_up_at", "custom_attributes", "tags",
        "companies", "created_at")  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(contacts=CONTACTS)
def test_what_was_exported_can_be_planted_again(contacts: list[dict[str, Any]]) -> None:
    one, other = workspace(), workspace()
    seed(one, {"contacts": contacts})
    lines = [line for line in export(one) if line["type"] == "contact"]
    assert len(lines) == len(contacts)
    seed(other, {"contacts": [{key: line[key] for key in KEPT} for line in lines]})
    again = [line for line in export(other) if line["type"] == "contact"]
    assert [{key: line[key] for key in KEPT} for line in again] == [{key: line[key] for key in KEPT} for line in lines]
    listed = [contact.id for contact in other.list_contacts(150, None).rows]
    active = sorted((line["created_at"], line["id"]) for line in lines if line["status"] == "active")
    assert listed == [id for _, id in active][::-1]


@pytest.mark.parametrize(
    "document",
    [
        {"contact": []},
        {"contacts": [{"nmae": "x"}]},
        {"contacts": [{"status": "gone"}]},
        {"data_attributes": [{"name": "x"}]},
    ],
)
def test_a_wrong_seed_changes_nothing(document: dict[str, Any]) -> None:
    place = workspace()
    with pytest.raises(SeedError):
        seed(place, {"tags": ["t"], **document})
    assert list(export(place)) == []


def test_a_seed_counts_what_it_planted() -> None:
    place = workspace(search_lag_s=100.0)
    counts = seed(place, {"contacts": [{"external_id": "1"}, {"status": "blocked"}], "tags": ["t"]})
    assert counts == {"contacts": 2, "tags": 1}
    query = {"query": {"field": "external_id", "operator": "=", "value": "1"}}
    assert place.search_contacts(query, V).total == 1


def test_a_snapshot_is_independent() -> None:
    desk = Desk()
    desk.seed(contacts=[{"external_id": "1"}], tags=["t"], data_attributes=[{"name": "plan", "data_type": "string"}])
    desk.good("POST", "/companies", {"company_id": "acme"})
    before = list(export(desk.state))
    desk.sandbox.save("clean")
    id = desk.export()[0]["id"]
    desk.good("PUT", f"/contacts/{id}", {"name": "Ann"})
    desk.good("POST", "/contacts", {"email": "a@x.org"})
    desk.good("POST", f"/contacts/{id}/notes", {"body": "x"})
    desk.good("POST", f"/contacts/{id}/tags", {"id": "1"})
    desk.good("POST", "/companies", {"company_id": "acme", "name": "Acme"})
    desk.good("PUT", "/data_attributes/1", {"archived": True})
    assert list(export(desk.state)) != before
    for _ in range(2):
        desk.sandbox.restore("clean")
        assert list(export(desk.state)) == before
        assert desk.send("POST", "/contacts", {"external_id": "1"}).status == 409
        assert desk.send("POST", "/contacts", {"email": "a@x.org"}).status == 200
        search = {"query": {"field": "email", "operator": "=", "value": "a@x.org"}}
        assert desk.good("POST", "/contacts/search", search)["total_count"] == 1


# ---- the development workspace ----


def test_a_development_workspace_archives_its_oldest_without_a_word() -> None:
    desk = Desk(profile={"development_workspace": True, "development_sweep_s": 60.0})
    desk.clock.freeze((desk.clock.now() // 60 + 1) * 60)
    ids = [desk.good("POST", "/contacts", {"external_id": str(n)})["id"] for n in range(25)]
    assert desk.good("GET", "/contacts")["total_count"] == 25
    desk.clock.advance(60)
    assert desk.good("GET", "/contacts")["total_count"] == 20
    lost = [line for line in desk.export() if line["status"] == "archived"]
    assert {line["id"] for line in lost} == set(ids[:5])
    assert {line["archived_by"] for line in lost} == {"workspace-limit"}
    assert desk.send("PUT", f"/contacts/{ids[0]}", {"name": "x"}).status == 404
    again = desk.send("POST", "/contacts", {"external_id": "0"})
    assert again.error[2] == f"An archived contact matching those details already exists with id={ids[0]}"


def test_a_sweep_shows_in_the_export_although_nobody_called() -> None:
    time = Time()
    place = workspace(time, development_workspace=True, development_limit=1, development_sweep_s=30.0)
    for _ in range(3):
        place.create_contact({"role": "lead"}, V)
    time.at += 30
    assert [line["status"] for line in export(place)] == ["archived", "archived", "active"]


def test_a_sweep_before_every_call() -> None:
    desk = Desk(profile={"development_workspace": True, "development_limit": 2, "development_sweep_s": 0.0})
    for n in range(4):
        desk.good("POST", "/contacts", {"external_id": str(n)})
    assert desk.good("GET", "/contacts")["total_count"] == 2


# ---- profiles ----


@pytest.mark.parametrize(
    "profile", [{"app_version": "9.9"}, {"timezone": "Nowhere"}, {"search_lag_s": "soon"}, {"lag": 1}]
)
def test_a_wrong_profile_is_told_when_the_sandbox_is_made(profile: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        Registry({"intercom": IntercomProvider()}).create("intercom", profile=profile)


def test_page_sizes_are_switches() -> None:
    desk = Desk(profile={"list_per_page": 3, "search_per_page": 2, "per_page_over_max": "refuse"})
    desk.seed(contacts=[{"external_id": str(n)} for n in range(5)])
    assert len(desk.good("GET", "/contacts")["data"]) == 3
    query = {"query": {"field": "role", "operator": "=", "value": "user"}}
    assert len(desk.good("POST", "/contacts/search", query)["data"]) == 2
    assert desk.send("GET", "/contacts?per_page=151").status == 400


def test_kept_search_results_do_not_cross_over_to_a_restored_snapshot() -> None:
    desk = Desk()
    desk.sandbox.save("empty")
    everybody = {"query": {"field": "role", "operator": "=", "value": "user"}}
    found = []
    for email in ("a@x.org", "b@x.org"):
        desk.sandbox.restore("empty")
        desk.good("POST", "/contacts", {"email": email})
        found += [row["email"] for row in desk.good("POST", "/contacts/search", everybody)["data"]]
    assert found == ["a@x.org", "b@x.org"]
