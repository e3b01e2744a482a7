"""P1 to P7: an import puts people, it does not patch them."""

from __future__ import annotations

from typing import Any

import pytest

from .stage import Stage, given, row, text

OLD = {"Color": "Blue", "Size": "M"}


def stage(**profile: Any) -> Stage:
    people = [
        {"email": "a@x.io", "firstName": "Ann", "lastName": "Ash", "properties": OLD},
        {"email": "b@x.io", "firstName": "Bob", "lastName": "Bay", "properties": OLD},
    ]
    return Stage(**profile).seed(properties=text("Color", "Size"), people=people)


def test_p1_who_is_known_is_updated_and_who_is_not_is_created() -> None:
    here = stage()
    done = here.post(row("a@x.io", firstName="Anna"), row("c@x.io", firstName="Cy"))
    assert (done.status, done.person_count, done.count) == ("COMPLETED", 2, 2)
    assert here.person("a@x.io")["firstName"] == "Anna"
    assert here.person("c@x.io")["createdBy"] == f"import:{done.id}"
    assert here.person("a@x.io") | {"createdBy": "seed"} == here.person("a@x.io")
    assert len(here.lines("person")) == 3


def test_p2_what_one_record_names_and_another_does_not_is_removed_from_the_other() -> None:
    here = stage()
    here.post(row("a@x.io", {"Color": "Red"}), row("b@x.io"))
    assert here.values("a@x.io") == {"Color": "Red", "Size": "M"}
    assert here.values("b@x.io") == {"Size": "M"}


def test_p3_what_no_record_names_stays() -> None:
    here = stage()
    here.post(row("a@x.io", {"Color": "Red"}))
    assert here.values("a@x.io") == {"Color": "Red", "Size": "M"}


def test_p3_the_columns_are_those_of_failing_records_too() -> None:
    here = stage()
    done = here.post(row("a@x.io"), row("c@x.io", {"Size": 5}))
    assert [index for index, _ in here.reasons(done)] == [1]
    assert here.values("a@x.io") == {"Color": "Blue"}


def test_p4_by_person_everything_that_is_not_sent_is_removed() -> None:
    here = stage(put_scope="person")
    here.post(row("a@x.io", {"Color": "Red"}))
    assert here.values("a@x.io") == {"Color": "Red"}


def test_p5_one_request_and_two_end_differently() -> None:
    first, second = row("a@x.io", {"Color": "Red"}), row("b@x.io", {"Size": "L"})
    together, apart = stage(), stage()
    together.post(first, second)
    apart.post(first)
    apart.post(second)
    assert (together.values("a@x.io"), together.values("b@x.io")) == ({"Color": "Red"}, {"Size": "L"})
    assert (apart.values("a@x.io"), apart.values("b@x.io")) == (OLD | {"Color": "Red"}, OLD | {"Size": "L"})


@pytest.mark.parametrize("blank", [None, ""])
def test_p6_a_null_name_overwrites(blank: Any) -> None:
    here = stage(absent_name="unchanged")
    here.post(row("a@x.io", firstName=blank))
    assert (here.person("a@x.io")["firstName"], here.person("a@x.io")["lastName"]) == (None, "Ash")


@pytest.mark.parametrize(
    ("rule", "alone", "beside"),
    [("blank_if_column", "Bob", None), ("unchanged", "Bob", "Bob"), ("null", None, None)],
)
def test_p6_an_absent_name(rule: str, alone: str | None, beside: str | None) -> None:
    here = stage(absent_name=rule)
    here.post(row("b@x.io"))
    assert here.person("b@x.io")["firstName"] == alone
    here = stage(absent_name=rule)
    here.post(row("a@x.io", firstName="Anna"), row("b@x.io"))
    assert here.person("b@x.io")["firstName"] == beside
    assert here.person("a@x.io")["lastName"] == (None if rule == "null" else "Ash")


@pytest.mark.parametrize("blank", [None, "", []])
@pytest.mark.parametrize(("rule", "left"), [("removal", {"Size": "M"}), ("kept", OLD)])
@pytest.mark.parametrize("scope", ["request_union", "person"])
def test_p7_a_blank_value(blank: Any, rule: str, left: dict[str, str], scope: str) -> None:
    here = stage(blank_value=rule, put_scope=scope)
    here.post(row("a@x.io", {"Color": blank}), row("c@x.io", {"Color": blank}))
    stays = left if scope == "request_union" else {name: left[name] for name in left if name == "Color"}
    assert here.values("a@x.io") == stays
    assert here.values("c@x.io") == {}


def test_what_a_person_is_beside_its_properties_stays_when_it_is_absent() -> None:
    person = {
        "email": "a@x.io",
        "phone": "+1 415 777-7777",
        "isOptedOut": True,
        "lastContactDate": "2025-01-01",
        "additionalEmails": ["a2@x.io"],
        "additionalPhones": ["+1-555-123-4568"],
    }
    here = Stage().seed(people=[person])
    here.post(row("a@x.io"), row("b@x.io", phone="1", isOptedOut=False, lastContactDate="2025-02-02"))
    assert here.person("a@x.io") | person == here.person("a@x.io")


@pytest.mark.parametrize(("rule", "phone", "emails"), [("cleared", None, []), ("unchanged", "1", ["a2@x.io"])])
def test_a_null_beside_the_properties(rule: str, phone: str | None, emails: list[str]) -> None:
    old = {"email": "a@x.io", "phone": "1", "isOptedOut": True, "lastContactDate": "2025-01-01"}
    here = Stage(null_field=rule).seed(people=[old | {"additionalEmails": ["a2@x.io"]}])
    nulls = dict.fromkeys(["phone", "isOptedOut", "lastContactDate", "additionalEmails", "additionalPhones"])
    here.post(row("a@x.io", **nulls))
    found = here.person("a@x.io")
    assert (found["phone"], found["additionalEmails"], found["isOptedOut"]) == (phone, emails, True)
    assert found["lastContactDate"] == (None if rule == "cleared" else "2025-01-01")


@pytest.mark.parametrize(("rule", "after"), [("replace", ["b@x.io"]), ("append", ["a2@x.io", "b@x.io"])])
def test_additional_addresses_replace_or_append(rule: str, after: list[str]) -> None:
    old = {"email": "a@x.io", "additionalEmails": ["a2@x.io"], "additionalPhones": ["1"]}
    here = Stage(secondary=rule).seed(people=[old])
    here.post(row("a@x.io", additionalEmails=["b@x.io", "B@x.io", "", "A@x.io"], additionalPhones=["1", "(1)"]))
    assert here.person("a@x.io")["additionalEmails"] == after
    assert here.person("a@x.io")["additionalPhones"] == ["1"]


def test_a_record_that_fails_changes_nothing_of_its_person() -> None:
    here = stage()
    before = here.person("a@x.io")
    here.post(row("a@x.io", {"Color": "Red", "Size": 5}, firstName="Anna"), row("b@x.io", properties=[given("C", "1")]))
    assert here.person("a@x.io") == before
