"""Values by type (contract section 3.3), and the properties that hold them (section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.errors import SeedError

from .stage import Stage, given, row, text

PROPERTIES = [
    {"name": "STRING", "propertyType": "STRING"},
    {"name": "NUMBER", "propertyType": "NUMBER"},
    {"name": "DATETIME", "propertyType": "DATETIME"},
    {"name": "BOOLEAN", "propertyType": "BOOLEAN"},
    {"name": "SINGLE_SELECT", "propertyType": "SINGLE_SELECT", "options": ["Gold", "Silver"]},
    {"name": "MULTI_SELECT", "propertyType": "MULTI_SELECT", "options": ["Tea", "Coffee"]},
    {"name": "LOCATION", "propertyType": "LOCATION"},
]
FAILS = object()


def put(type: str, value: Any, **profile: Any) -> Any:
    """What is shown of a value after an import, or FAILS."""
    here = Stage(**profile).seed(properties=PROPERTIES)
    done = here.post(row("a@x.io", {type: value}))
    if here.reasons(done):
        assert here.reasons(done)[0][1].startswith(f"{type}: ")
        assert here.lines("person") == []
        return FAILS
    return here.values("a@x.io")[type]


@pytest.mark.parametrize(
    ("type", "value", "shown"),
    [
        ("STRING", " Blue ", " Blue "),
        ("STRING", 5, FAILS),
        ("STRING", {"a": 1}, FAILS),
        ("NUMBER", 5, 5),
        ("NUMBER", 0, 0),
        ("NUMBER", -1.5, -1.5),
        ("NUMBER", "12", 12),
        ("NUMBER", "-0.50", -0.5),
        ("NUMBER", "012", FAILS),
        ("NUMBER", "1e3", FAILS),
        ("NUMBER", "+1", FAILS),
        ("NUMBER", "many", FAILS),
        ("NUMBER", True, FAILS),
        ("NUMBER", [1], FAILS),
        ("NUMBER", 1234567890123456, 1234567890123456),
        ("NUMBER", 12345678901234567, FAILS),
        ("NUMBER", "1234567890.1234567", FAILS),
        ("DATETIME", "2025-01-01", "2025-01-01"),
        ("DATETIME", "2024-02-29", "2024-02-29"),
        ("DATETIME", "2025-02-29", FAILS),
        ("DATETIME", "01/31/2025", FAILS),
        ("DATETIME", "20250101", FAILS),
        ("DATETIME", "2025-01-01T00:00:00Z", FAILS),
        ("DATETIME", 20250101, FAILS),
        ("BOOLEAN", True, True),
        ("BOOLEAN", False, False),
        ("BOOLEAN", "true", FAILS),
        ("BOOLEAN", 1, FAILS),
        ("SINGLE_SELECT", "Gold", "Gold"),
        ("SINGLE_SELECT", "gold", FAILS),
        ("SINGLE_SELECT", ["Gold"], FAILS),
        ("MULTI_SELECT", ["Tea", "Coffee", "Tea"], ["Tea", "Coffee"]),
        ("MULTI_SELECT", ["Tea", "Milk"], FAILS),
        ("MULTI_SELECT", "Tea", FAILS),
        ("LOCATION", "Berlin", "Berlin"),
        ("LOCATION", {"city": "Berlin"}, FAILS),
    ],
)
def test_values(type: str, value: Any, shown: Any) -> None:
    found = put(type, value)
    assert (found, found.__class__) == (shown, shown.__class__)


@pytest.mark.parametrize(
    ("type", "value", "shown"),
    [
        ("STRING", 5, "5"),
        ("STRING", True, "true"),
        ("STRING", [1], FAILS),
        ("NUMBER", "012", 12),
        ("NUMBER", " 1e3 ", 1000.0),
        ("NUMBER", "many", FAILS),
        ("NUMBER", "inf", FAILS),
        ("NUMBER", "nan", FAILS),
        ("BOOLEAN", " True", True),
        ("BOOLEAN", "yes", FAILS),
        ("MULTI_SELECT", "Tea", ["Tea"]),
    ],
)
def test_values_of_another_type_are_converted_if_the_switch_says_so(type: str, value: Any, shown: Any) -> None:
    assert put(type, value, number_mismatch="coerced") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2025-01-01T23:30:00-08:00", "2025-01-01"),
        ("2025-01-01 10:00", "2025-01-01"),
        ("2025-13-01T00:00:00Z", FAILS),
        ("2025-01-01x", FAILS),
    ],
)
def test_date_times_lose_their_time_if_the_switch_says_so(value: str, shown: Any) -> None:
    assert put("DATETIME", value, date_times="truncated") == shown


@pytest.mark.parametrize(("most", "shown"), [(2, FAILS), (3, 123)])
def test_the_longest_number_is_a_switch(most: int, shown: Any) -> None:
    assert put("NUMBER", 123, max_number_chars=most) == shown


@pytest.mark.parametrize(("given_date", "good"), [("2025-01-01", True), ("2025-01-01T00:00:00Z", False)])
def test_the_last_contact_is_a_date_too(given_date: str, good: bool) -> None:
    here = Stage()
    assert here.post(row("a@x.io", lastContactDate=given_date)).person_count == good


def test_an_option_can_be_given_by_its_id_and_created_if_the_switch_says_so() -> None:
    here = Stage(select_options="created").seed(properties=PROPERTIES)
    id = here.property("SINGLE_SELECT").options[1].id
    here.post(row("a@x.io", {"SINGLE_SELECT": id}), row("b@x.io", {"SINGLE_SELECT": "Platinum"}))
    assert here.values("a@x.io") == {"SINGLE_SELECT": "Silver"}
    assert here.values("b@x.io") == {"SINGLE_SELECT": "Platinum"}
    assert [option.name for option in here.property("SINGLE_SELECT").options] == ["Gold", "Silver", "Platinum"]


# ---- properties ----


def test_many_are_created_as_far_as_they_can_be() -> None:
    here = Stage(max_unique_properties=1).seed(properties=text("Old"))
    made, errors = here.workspace.create_properties(
        [
            {"name": "Plan", "propertyType": "SINGLE_SELECT", "propertyOptions": [{"name": "Gold", "color": "BLUE"}]},
            {"name": " Old ", "propertyType": "STRING"},
            {"name": "Plan", "propertyType": "STRING"},
            {"name": "  ", "propertyType": "STRING"},
            {"name": "N", "propertyType": "NUMBER", "propertyOptions": [{"name": "1"}]},
            {"name": "U", "propertyType": "NUMBER", "isUnique": True},
            {"name": "Key", "propertyType": "STRING", "isUnique": True, "isPII": True},
            {"name": "Key 2", "propertyType": "STRING", "isUnique": True},
        ]
    )
    assert [one.name for one in made] == ["Plan", "Key"]
    assert [(one.name, one.color, one.order) for one in made[0].options] == [("Gold", "BLUE", "1")]
    assert (made[1].is_unique, made[1].is_pii, made[1].is_phi) == (True, True, False)
    assert [(error["path"], error["name"]) for error in errors] == [
        (["1", "name"], " Old "),
        (["2", "name"], "Plan"),
        (["3", "name"], "  "),
        (["4", "propertyOptions"], "N"),
        (["5", "isUnique"], "U"),
        (["7", "isUnique"], "Key 2"),
    ]
    here.post(row("a@x.io", {"Key": "1"}))
    assert here.post(row("b@x.io", {"Key": "1"})).person_count == 0


def test_an_update_deletes_the_options_that_it_leaves_out() -> None:
    here = Stage().seed(properties=PROPERTIES)
    here.post(
        row("a@x.io", {"SINGLE_SELECT": "Gold", "MULTI_SELECT": ["Tea"]}), row("b@x.io", {"SINGLE_SELECT": "Silver"})
    )
    old = here.property("SINGLE_SELECT")
    kept = {"propertyOptionId": old.options[1].id, "name": "Argent"}
    new = here.workspace.properties.update(old.id, {"propertyOptions": [{"name": "Bronze"}, kept], "isPHI": True})
    assert ([option.name for option in new.options], new.is_phi, new.type) == (["Bronze", "Argent"], True, old.type)
    assert here.values("a@x.io") == {"MULTI_SELECT": ["Tea"]}
    here.workspace.properties.update(here.property("MULTI_SELECT").id, {"propertyOptions": []})
    assert here.values("a@x.io") == {}


def test_an_update_can_rename_but_not_to_a_name_that_is_taken() -> None:
    here = Stage().seed(properties=PROPERTIES)
    properties, id = here.workspace.properties, here.property("STRING").id
    here.post(row("a@x.io", {"STRING": "x"}))
    assert properties.update(id, {"name": "Text"}).name == "Text"
    assert (here.values("a@x.io"), list(properties.named("STRING"))) == ({"Text": "x"}, [])
    for body in ({"name": "NUMBER"}, {"name": " "}, {"propertyOptions": [{"name": "x"}]}):
        with pytest.raises(VendorError, match="400"):
            properties.update(id, body)
    with pytest.raises(VendorError, match="404"):
        properties.update("cm0", {"name": "x"})


def test_a_deleted_property_takes_its_values_with_it() -> None:
    here = Stage().seed(properties=PROPERTIES)
    here.post(row("a@x.io", {"STRING": "x", "NUMBER": 1}))
    assert here.workspace.delete_properties([here.property("STRING").id, "cm0"]) == 1
    assert here.values("a@x.io") == {"NUMBER": 1}
    here.post(row("b@x.io", properties=[given("STRING", "y")]))
    assert here.values("a@x.io") == {"NUMBER": 1}


def test_a_property_that_goes_while_an_import_waits_fails_its_records() -> None:
    here = Stage(processing="clock").seed(properties=PROPERTIES)
    begun = here.post(row("a@x.io", {"STRING": "x"}), row("b@x.io"))
    here.workspace.properties.delete(here.property("STRING").id)
    here.workspace.settle()
    assert here.reasons(begun) == [(0, "there is no property STRING")]


# ---- seeding ----


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"people": [{"email": 5}]}, "people/0/email"),
        ({"persons": []}, "persons"),
        ({"people": [{"email": "n@x.io"}, {"properties": {"Size": "M"}}]}, "people/1: there is no property 'Size'"),
        ({"people": [{"populations": ["VIP"]}]}, "people/0: there is no population 'VIP'"),
        ({"people": [{"properties": {"NUMBER": "many"}}]}, "people/0: NUMBER: 'many' is no number"),
        ({"properties": [{"name": "NUMBER", "propertyType": "STRING"}]}, "there is a property 'NUMBER' already"),
        ({"people": [{"personId": "p1"}, {"personId": "p1"}]}, "people/1: there is a person p1 already"),
    ],
)
def test_a_seed_that_makes_no_sense_changes_nothing(document: dict[str, Any], words: str) -> None:
    here = Stage().seed(properties=PROPERTIES)
    before = here.lines("property")
    with pytest.raises(SeedError) as caught:
        here.seed(**{"studies": [{"name": "S"}], **document})
    assert words in str(caught.value)
    assert (here.lines("property"), here.lines("person"), here.lines("study")) == (before, [], [])


def test_a_seed_is_shown_as_it_was_given() -> None:
    values = {"STRING": "x", "NUMBER": 1, "BOOLEAN": False, "SINGLE_SELECT": "Gold", "MULTI_SELECT": ["Tea"]}
    person = {"email": "a@x.io", "phone": "1", "firstName": "A", "lastName": "B", "isOptedOut": True}
    here = Stage().seed(properties=PROPERTIES, people=[person | {"properties": values}])
    found = here.person("a@x.io")
    assert found | person | {"properties": values, "createdBy": "seed", "updatedBy": "seed"} == found
