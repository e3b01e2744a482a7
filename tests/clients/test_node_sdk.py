"""Intercom's own Node SDK (intercom-client) against the fake, as an importer would use it."""

from typing import Any

import pytest

from .conftest import Vendor
from .node_client import NodeClient

PEOPLE = 7
PER_PAGE = 3
PAGES = 3


@pytest.fixture
def session(vendor: Vendor, node_client: NodeClient) -> Any:
    return node_client.run("session.mjs", vendor.url, token=vendor.token)


def test_a_whole_session(session: Any, vendor: Vendor) -> None:
    first, *_ = session["created"]
    ids = [one["id"] for one in session["created"]]
    assert len(set(ids)) == PEOPLE
    assert (first["email"], first["external_id"], first["role"]) == ("person-1@example.com", "id/1 ü", "user")
    assert (session["updated"]["id"], session["updated"]["name"]) == (first["id"], "Renamed")
    assert session["by_external_id"]["id"] == ids[1]
    assert session["searched_one"] == [ids[2]]
    assert (session["archived"]["id"], session["archived"]["archived"]) == (first["id"], True)
    assert session["unarchived"]["archived"] is False
    assert (session["back"]["id"], session["back"]["name"]) == (first["id"], "Renamed")
    assert vendor.refusals() == ["rule:conflict.active", "rule:user.not_found", "rule:conflict.archived"]


def test_refusals_are_parsed(session: Any) -> None:
    id = session["created"][0]["id"]
    assert said(session["conflict"]) == (
        409,
        "conflict",
        f"A contact matching those details already exists with id={id}",
    )
    assert said(session["conflict_archived"]) == (
        409,
        "conflict",
        f"An archived contact matching those details already exists with id={id}",
    )
    assert said(session["gone"]) == (404, "not_found", "User Not Found")


def test_its_pagers_see_everybody_once(session: Any, vendor: Vendor) -> None:
    ids = sorted(one["id"] for one in session["created"])
    assert sorted(session["listed"]) == ids
    assert sorted(session["searched"]) == ids
    listed = vendor.sandbox.journal.find(operation="contacts.list").rows
    assert len(listed) == PAGES
    assert all(row.request.query["per_page"] == str(PER_PAGE) for row in listed)


def test_it_names_the_version_and_escapes_ids(session: Any, vendor: Vendor) -> None:
    rows = vendor.sandbox.journal.rows()
    assert {row.request.headers["intercom-version"] for row in rows} == {"2.14"}
    (found,) = vendor.sandbox.journal.find(operation="contacts.find_by_external_id").rows
    assert found.request.path == "/contacts/find_by_external_id/id/2 ü"


def said(outcome: Any) -> tuple[int, str, str]:
    (error,) = outcome["body"]["errors"]
    return outcome["status"], error["code"], error["message"]
