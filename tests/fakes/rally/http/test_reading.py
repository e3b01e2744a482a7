"""Reading back and everything around an import: search, opt-outs, deletes, properties, lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.rally.conftest import MakeDoor
from tests.fakes.rally.door import Door

SEED: dict[str, Any] = {
    "properties": [
        {"propertyId": "color", "name": "Favorite Color", "propertyType": "STRING"},
        {"propertyId": "visits", "name": "Visits", "propertyType": "NUMBER"},
        {"propertyId": "ssn", "name": "Social Security", "propertyType": "STRING", "isPII": True},
        {"propertyId": "plan", "name": "Plan", "propertyType": "SINGLE_SELECT", "options": ["Free", "Paid"]},
    ],
    "populations": [{"populationId": "pop-1", "name": "Customers"}],
    "people": [
        {"personId": "p-1", "email": "ann@x.io", "firstName": "Ann", "lastName": "Zorn", "populations": ["Customers"],
         "properties": {"Favorite Color": "Blue", "Visits": 3, "Social Security": "secret", "Plan": "Paid"}},
        {"personId": "p-2", "email": "bob@x.io", "firstName": "Bob", "lastName": "Adam",
         "properties": {"Favorite Color": "Dark blue", "Visits": 12}},
        {"personId": "p-3", "email": "cy@x.io", "firstName": "Cy", "isOptedOut": True},
    ],
}  # fmt: skip


@pytest.fixture
def seeded(door: Door) -> Door:
    assert door.control("POST", "/seed", SEED).status_code == 200
    return door


def found(door: Door, **body: Any) -> list[str]:
    answer = door.send("POST", "/people/search", body)
    assert answer.status_code == 200, answer.text
    return [person["personId"] for person in answer.json()["results"]]


def custom(id: str, operator: str, *value: Any) -> dict[str, Any]:
    comparison = {
        "propertyGroup": "CUSTOM_PROPERTY", "propertyName": "CUSTOM_PROPERTY", "propertyId": id, "operator": operator,
    }  # fmt: skip
    return {"customProperty": comparison | ({"value": value[0]} if value else {})}


def internal(name: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"internalProperty": {"propertyName": name, "operator": operator} | ({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("filters", "people"),
    [
        ([custom("color", "IS", "blue")], ["p-1"]),
        ([custom("color", "IS_NOT", "Blue")], ["p-2", "p-3"]),
        ([custom("color", "CONTAINS", "BLUE")], ["p-1", "p-2"]),
        ([custom("color", "IS_EMPTY")], ["p-3"]),
        ([custom("color", "IS_NOT_EMPTY"), custom("visits", "IS_GREATER_THAN", 3)], ["p-2"]),
        ([custom("visits", "IS_LESS_THAN", 12)], ["p-1"]),
        ([custom("plan", "IS", "Paid")], ["p-1"]),
        ([internal("EMAIL", "IS", "BOB@x.io")], ["p-2"]),
        ([internal("OPTED_OUT", "IS", True)], ["p-3"]),
        ([], ["p-1", "p-2", "p-3"]),
    ],
)
def test_who_fits_a_filter(seeded: Door, filters: list[Any], people: list[str]) -> None:
    assert found(seeded, filter={"operator": "AND", "filters": filters}) == people


def test_filters_can_be_joined_by_or_and_sorted(seeded: Door) -> None:
    either = [custom("visits", "IS", 3), internal("FIRST_NAME", "IS", "Cy")]
    assert found(seeded, filter={"operator": "OR", "filters": either}) == ["p-1", "p-3"]
    by_name = {"sort": {"operator": "ASC", "propertyGroup": "PERSON", "propertyName": "NAME"}}
    assert found(seeded, filter=by_name) == ["p-3", "p-2", "p-1"]
    assert found(seeded, filter={"sort": {"operator": "DESC", "propertyName": "PERSON_ID"}}) == ["p-3", "p-2", "p-1"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"filter": {"filters": [custom("none", "IS", 1)]}},
         ["filter", "filters", "0", "customProperty", "propertyId"]),
        ({"filter": {"filters": [custom("color", "RESEMBLES", 1)]}},
         ["filter", "filters", "0", "customProperty", "operator"]),
        ({"filter": {"filters": [internal("SHOE_SIZE", "IS", 1)]}}, ["filter", "filters", "0", "internalProperty"]),
        ({"attachProperties": ["color", "none"]}, ["attachProperties", "1"]),
        ({"pageInfo": {"size": 101}}, ["pageInfo", "size"]),
        ({"pageInfo": {"startCursor": "1"}}, ["startCursor"]),
    ],
)  # fmt: skip
def test_a_search_that_means_nothing_is_a_400(seeded: Door, body: object, path: list[str]) -> None:
    answer = seeded.send("POST", "/people/search", body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


def test_only_what_was_asked_for_is_attached(seeded: Door) -> None:
    body = {"peopleIds": ["p-1", "none"], "attachProperties": ["FIRST_NAME", "color", "plan"]}
    (person,) = seeded.send("POST", "/people/search", body).json()["results"]
    assert person == {
        "personId": "p-1",
        "email": "ann@x.io",
        "properties": [
            {"propertyType": "STRING", "propertyId": "FIRST_NAME", "value": "Ann"},
            {"propertyType": "STRING", "propertyId": "color", "value": "Blue"},
            {"propertyType": "SINGLE_SELECT", "propertyId": "plan", "value": "Paid"},
        ],
        "populationIds": ["pop-1"],
    }


@pytest.mark.parametrize("role", ["DEVELOPER", "OBSERVER"])
def test_what_a_role_may_not_read_is_said_in_errors_of_a_200(make_door: MakeDoor, role: str) -> None:
    door = make_door(profile={"token_role": role})
    door.control("POST", "/seed", SEED)
    answer = door.send("POST", "/people/search", {"peopleIds": ["p-1"], "attachProperties": ["ssn", "color"]})
    assert answer.json()["errors"] == [{"errorCode": "UNAUTHORIZED", "propertyId": "ssn"}]
    assert [one["propertyId"] for one in answer.json()["results"][0]["properties"]] == ["color"]
    assert door.send("GET", "/me").json()["role"] == role


def test_pages_follow_one_another(seeded: Door) -> None:
    first = seeded.send("POST", "/people/search", {"pageInfo": {"size": 2}}).json()
    after = {"size": 2, "startCursor": first["pageInfo"]["endCursor"]}
    second = seeded.send("POST", "/people/search", {"pageInfo": after}).json()
    assert [person["personId"] for page in (first, second) for person in page["results"]] == ["p-1", "p-2", "p-3"]
    assert (first["total"], first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (3, True, False)
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    sizes = [len(seeded.send("GET", f"/properties?size={size}").json()["results"]) for size in (1, 100)]
    assert sizes == [1, 5]
    assert [seeded.send("GET", f"/properties?size={size}").status_code for size in ("0", "101", "x", "")] == [400] * 4


def test_a_prompt_finds_whom_its_words_describe(seeded: Door) -> None:
    answer = seeded.send("POST", "/ai/people/search", {"prompt": "Bob dark"}).json()
    assert [person["personId"] for person in answer["results"]] == ["p-2"]
    assert seeded.send("POST", "/ai/people/search", {"prompt": ""}).status_code == 400


def test_opting_out_and_back_in(seeded: Door) -> None:
    assert seeded.send("GET", "/people/ANN@x.io/opted-out").json() == {
        "personId": "p-1", "email": "ann@x.io", "isOptedOut": False,
    }  # fmt: skip
    changed = seeded.send("PUT", "/people/p-1/opted-out", {"isOptedOut": True})
    assert (changed.status_code, changed.json()["isOptedOut"]) == (200, True)
    assert seeded.send("GET", "/people/p-1/opted-out").json()["isOptedOut"] is True
    assert seeded.send("PUT", "/people/p-1/opted-out", {}).status_code == 400
    assert seeded.send("GET", "/people/none/opted-out").status_code == 404


def test_deleting(seeded: Door) -> None:
    assert seeded.send("DELETE", "/people/ann@x.io").status_code == 404
    assert seeded.send("DELETE", "/people/p-1").json()["count"] == 1
    assert seeded.send("POST", "/people/delete", {"personIds": ["p-1", "p-2", "p-2"]}).json()["count"] == 1
    assert seeded.send("POST", "/person/delete", {"emails": ["CY@x.io"]}).json() == {"personsDeletedCount": 1}
    assert found(seeded) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/people"), ("GET", "/people/p-1"), ("POST", "/people"), ("PUT", "/people/p-1"), ("PATCH", "/people/p-1"),
     ("GET", "/imports")],
)  # fmt: skip
def test_there_is_no_other_way_to_a_person(seeded: Door, method: str, path: str) -> None:
    assert seeded.send(method, path, {}).status_code == 404


def test_creating_many_properties_succeeds_in_part(seeded: Door) -> None:
    rows = [
        {"name": "Size", "propertyType": "NUMBER"},
        {"name": " Favorite Color ", "propertyType": "STRING"},
        {"name": "Number", "propertyType": "NUMBER", "propertyOptions": [{"name": "one"}]},
        {"name": "Mood", "propertyType": "MULTI_SELECT", "propertyOptions": [{"name": "good", "color": "GREEN"}]},
    ]
    answer = seeded.send("POST", "/properties/import", rows)
    assert answer.status_code == 200
    assert [one["personProperty"]["name"] for one in answer.json()["results"]] == ["Size", "Mood"]
    assert [one["path"] for one in answer.json()["errors"]] == [["1", "name"], ["2", "propertyOptions"]]


def test_putting_a_property_deletes_the_options_that_are_left_out(seeded: Door) -> None:
    before = seeded.send("GET", "/properties/plan").json()
    paid = [option for option in before["propertyOptions"] if option["name"] == "Free"]
    body = {"name": "Tariff", "propertyOptions": paid, "propertyType": "STRING", "isUnique": True}
    after = seeded.send("PUT", "/properties/plan", body).json()
    assert (after["name"], after["propertyType"], after["isUnique"]) == ("Tariff", "SINGLE_SELECT", False)
    assert after["propertyOptions"] == [{**paid[0], "order": "1"}]
    assert seeded.send("PUT", "/properties/none", {}).status_code == 404


def test_deleting_properties(seeded: Door) -> None:
    assert seeded.send("DELETE", "/properties/plan").status_code == 202
    assert seeded.send("GET", "/properties/plan").status_code == 404
    answer = seeded.send("POST", "/properties/delete", {"propertyIds": ["plan", "color", "none"]})
    assert answer.json()["count"] == 1


def test_what_stands_around(seeded: Door) -> None:
    (population,) = seeded.send("GET", "/populations").json()["results"]
    assert population == {"populationId": "pop-1", "name": "Customers", "isExclusive": False}
    me = seeded.send("GET", "/me").json()
    assert me["workspaceId"] == seeded.credentials["workspace_id"]
    assert [user["userId"] for user in seeded.send("GET", "/users").json()["results"]] == [me["userId"]]
