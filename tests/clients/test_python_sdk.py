"""Intercom's own Python SDK (python-intercom) against the fake, as an importer would use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
import orjson
import pytest
from intercom import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    Intercom,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)
from intercom.core.api_error import ApiError
from intercom.errors import UnauthorizedError

from customhouse_fakes.core.serving import Harness

from .conftest import Vendor

PEOPLE = 7
EVERYBODY = SingleFilterSearchRequest(field="role", operator="=", value="user")


@contextmanager
def connected(url: str, token: str) -> Iterator[Intercom]:
    """The SDK, over connections that are closed in the end."""
    with httpx.Client(timeout=10) as wire:
        yield Intercom(base_url=url, token=token, httpx_client=wire)


@pytest.fixture
def client(vendor: Vendor) -> Iterator[Intercom]:
    with connected(vendor.url, vendor.token) as client:
        yield client


@pytest.fixture
def ids(client: Intercom) -> list[str]:
    """The ids of seven people, who were just created."""
    return [create(client, n).id for n in range(1, PEOPLE + 1)]


def create(client: Intercom, n: int) -> Any:
    request = CreateContactRequestWithEmail(email=f"person-{n}@example.com", name=f"Person {n}")
    return client.contacts.create(request=request)


def refusal(error: pytest.ExceptionInfo[ApiError]) -> tuple[int | None, str, str]:
    (only,) = error.value.body["errors"]
    return error.value.status_code, only["code"], only["message"]


def test_create_and_update(client: Intercom) -> None:
    made = client.contacts.create(request=CreateContactRequestWithExternalId(external_id="id-1", name="Zoë"))
    assert (made.external_id, made.name, made.role) == ("id-1", "Zoë", "user")
    assert made.id is not None
    client.contacts.update(made.id, name="Renamed", email="zoe@example.com")
    found = client.contacts.find(made.id)
    assert (found.name, found.email, found.external_id) == ("Renamed", "zoe@example.com", "id-1")


def test_a_conflict_is_parsed(client: Intercom, ids: list[str]) -> None:
    with pytest.raises(ApiError) as error:
        create(client, 1)
    assert refusal(error) == (
        409,
        "conflict",
        f"A contact matching those details already exists with id={ids[0]}",
    )


def test_archive_and_unarchive(client: Intercom, vendor: Vendor, ids: list[str]) -> None:
    assert client.contacts.archive(ids[0]).archived is True
    with pytest.raises(ApiError) as gone:
        client.contacts.find(ids[0])
    assert refusal(gone) == (404, "not_found", "User Not Found")
    with pytest.raises(ApiError) as error:
        create(client, 1)
    assert refusal(error)[2] == f"An archived contact matching those details already exists with id={ids[0]}"
    assert client.contacts.unarchive(ids[0]).archived is False
    assert client.contacts.find(ids[0]).id == ids[0]
    (sent,) = vendor.sandbox.journal.find(operation="contacts.archive").rows
    assert (sent.request.body, "content-type" in sent.request.headers) == (b"", False)


def test_list_all_follows_the_cursor(client: Intercom, vendor: Vendor, ids: list[str]) -> None:
    assert sorted(str(one.id) for one in client.contacts.list(per_page=3)) == sorted(ids)
    assert len(vendor.sandbox.journal.find(operation="contacts.list").rows) == 3


def test_search_finds_by_email(client: Intercom, ids: list[str]) -> None:
    query = SingleFilterSearchRequest(field="email", operator="=", value="PERSON-3@example.com")
    assert [one.id for one in client.contacts.search(query=query)] == [ids[2]]


def test_search_pages_by_hand(client: Intercom, ids: list[str]) -> None:
    found: list[str] = []
    cursor = None
    for _page in range(3):
        page = client.contacts.search(
            query=EVERYBODY, pagination=StartingAfterPaging(per_page=3, starting_after=cursor)
        ).response
        assert page is not None
        assert page.pages is not None
        found += [str(one.id) for one in page.data or []]
        cursor = page.pages.next.starting_after if page.pages.next else None
    assert cursor is None
    assert sorted(found) == sorted(ids)


@pytest.mark.usefixtures("ids")
def test_the_search_pager_gets_the_pages_that_it_asks_for(client: Intercom, vendor: Vendor) -> None:
    """The SDK's own pager drops `starting_after` (4.0.0 and 5.0.1), and so is given page 1 again and again."""
    pager = client.contacts.search(query=EVERYBODY, pagination=StartingAfterPaging(per_page=3))
    assert len(list(islice(pager.iter_pages(), 2))) == 2
    rows = vendor.sandbox.journal.find(operation="contacts.search").rows
    asked = [orjson.loads(row.request.body)["pagination"].get("starting_after") for row in rows]
    answers = [orjson.loads(row.answer.body) for row in rows if row.answer]
    offered = [answer["pages"].get("next", {}).get("starting_after") for answer in answers]
    pages = [answer["pages"]["page"] for answer in answers]
    assert None not in offered
    assert pages == [1 if cursor is None else 2 + offered.index(cursor) for cursor in asked]


def test_a_wrong_token_is_its_typed_error(vendor: Vendor) -> None:
    with connected(vendor.url, "not-ours") as client, pytest.raises(UnauthorizedError) as error:
        client.contacts.find("x")
    assert error.value.body.errors[0].message == "Access Token Invalid"


def test_it_names_no_version_so_an_old_app_makes_leads(harness: Harness) -> None:
    sandbox = harness.sandbox("intercom", profile={"app_version": "1.4"})
    with connected(harness.url("intercom"), sandbox.credentials["token"]) as client:
        made = client.contacts.create(request=CreateContactRequestWithExternalId(external_id="id-1", name="Zoë"))
    assert (made.role, made.external_id == "id-1") == ("lead", False)
