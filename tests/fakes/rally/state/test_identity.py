"""P16 to P20 and P23: who is meant by a record, and who must not be."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError

from .stage import Stage, given, row

UNIQUE = [{"name": "Customer ID", "propertyType": "STRING", "isUnique": True}]


def numbered(number: str, **fields: Any) -> dict[str, Any]:
    return row(None, {"Customer ID": number}, **fields)


def stage(**profile: Any) -> Stage:
    people = [
        {"email": "a@x.io", "properties": {"Customer ID": "1"}},
        {"email": "b@x.io", "properties": {"Customer ID": "2"}, "additionalEmails": ["b2@x.io"]},
    ]
    return Stage(**profile).seed(properties=UNIQUE, people=people)


def test_a_unique_property_identifies() -> None:
    here = stage()
    id = here.property("Customer ID").id
    done = here.post(numbered("1", firstName="Ann"), numbered("3", email="c@x.io"), identifierPropertyId=id)
    assert (done.person_count, here.person("a@x.io")["firstName"]) == (2, "Ann")
    assert here.values("c@x.io") == {"Customer ID": "3"}


@pytest.mark.parametrize("email", ["b@x.io", "B@x.io", "b2@x.io"])
def test_p16_an_email_of_somebody_else_fails_the_record(email: str) -> None:
    here = stage()
    before = here.person("b@x.io")
    done = here.post(numbered("1", email=email), numbered("3"), identifierPropertyId=here.property("Customer ID").id)
    assert here.reasons(done) == [(0, f"{email} belongs to somebody else")]
    assert here.failed(done) == [{"personId": here.person("a@x.io")["personId"]}]
    assert here.person("b@x.io") == before
    assert len(here.lines("person")) == 3


def test_p16_or_the_email_moves() -> None:
    here = stage(foreign_email="moves")
    id = here.property("Customer ID").id
    here.post(numbered("1", email="B@x.io"), identifierPropertyId=id)
    by_number = {line["properties"]["Customer ID"]: line for line in here.lines("person")}
    assert (by_number["1"]["email"], by_number["2"]["email"]) == ("B@x.io", None)
    here.post(numbered("1", email="b2@x.io"), identifierPropertyId=id)
    by_number = {line["properties"]["Customer ID"]: line for line in here.lines("person")}
    assert (by_number["1"]["email"], by_number["2"]["additionalEmails"]) == ("b2@x.io", [])


@pytest.mark.parametrize(("matches", "people"), [(True, 2), (False, 3)])
def test_p17_an_additional_email_identifies(matches: bool, people: int) -> None:
    here = stage(match_secondary_emails=matches)
    here.post(row("b2@x.io", firstName="Bob"))
    assert len(here.lines("person")) == people
    assert here.person("b@x.io" if matches else "b2@x.io")["firstName"] == "Bob"


@pytest.mark.parametrize(
    ("rule", "emails"), [("insensitive", ["A@X.io", "b@x.io"]), ("exact", ["a@x.io", "b@x.io", "A@X.io"])]
)
def test_p18_the_case_of_an_email(rule: str, emails: list[str]) -> None:
    here = stage(email_matching=rule)
    here.post(row("A@X.io"))
    assert [line["email"] for line in here.lines("person")] == emails


@pytest.mark.parametrize(
    ("rule", "stored", "sent", "same"),
    [
        ("digits", "+1 415 777-7777", "+14157777777", True),
        ("digits", "(415) 777-7777", "415.777.7777", True),
        ("digits", "+1 415 777-7777", "14157777777", False),
        ("digits_only", "+1 415 777-7777", "14157777777", True),
        ("digits_only", "4157777777", "14157777777", False),
        ("exact", "+1 415 777-7777", "+14157777777", False),
        ("exact", "+1 415 777-7777", "+1 415 777-7777", True),
    ],
)
def test_p19_how_phones_are_compared(rule: str, stored: str, sent: str, same: bool) -> None:
    here = Stage(phone_matching=rule).seed(people=[{"phone": stored}])
    here.post({"phone": sent, "firstName": "Ann"}, identifierPropertyId="phone")
    assert [line["phone"] for line in here.lines("person")] == ([sent] if same else [stored, sent])


def test_p20_the_first_of_two_wins_and_the_second_fails() -> None:
    here = stage()
    done = here.post(row("a@x.io", firstName="One"), row("A@x.io", firstName="Two"), row("c@x.io"))
    assert (done.person_count, done.count, here.person("a@x.io")["firstName"]) == (2, 3, "One")
    assert here.reasons(done) == [(1, "A@x.io is in the request already, as record 0")]
    assert here.failed(done) == [{"personId": here.person("a@x.io")["personId"]}]


def test_p20_or_the_last_wins() -> None:
    here = stage(duplicates="last_wins")
    done = here.post(row("a@x.io", firstName="One"), row("A@x.io", firstName="Two"))
    assert (done.person_count, here.person("A@x.io")["firstName"], len(here.lines("person"))) == (2, "Two", 2)


@pytest.mark.parametrize("identifier", ["email", "phone"])
def test_a_record_without_identifier(identifier: str) -> None:
    here = Stage()
    with pytest.raises(VendorError) as caught:
        here.post(row("a@x.io", phone="1"), {"firstName": "Nobody", identifier: " "}, identifierPropertyId=identifier)
    assert (caught.value.status, caught.value.body["errors"][0]["path"]) == (400, ["people", "1"])
    here = Stage(missing_identifier="record_fails")
    done = here.post(row("a@x.io", phone="1"), {"firstName": "Nobody"}, identifierPropertyId=identifier)
    assert (done.count, done.person_count, [index for index, _ in here.reasons(done)]) == (1, 1, [1])


def test_a_phone_without_digits_identifies_nobody() -> None:
    here = Stage(missing_identifier="record_fails")
    assert here.post({"phone": "n/a"}, {"phone": "-"}, identifierPropertyId="phone").person_count == 0


@pytest.mark.parametrize(("rule", "revived"), [("new", False), ("revived", True)])
@pytest.mark.parametrize("identifier", ["email", "phone", "Customer ID"])
def test_p23_a_deleted_person_comes_back(rule: str, revived: bool, identifier: str) -> None:
    person = {"email": "a@x.io", "phone": "1", "lastName": "Ash", "properties": {"Customer ID": "1"}}
    here = Stage(deleted_people=rule).seed(properties=UNIQUE, people=[person])
    old = here.person("a@x.io")
    assert here.workspace.delete_people([old["personId"], "cm0"]) == 1
    assert here.lines("person") == []
    key = here.property(identifier).id if identifier == "Customer ID" else identifier
    here.post(numbered("1", email="a@x.io", phone="1", firstName="Ann"), identifierPropertyId=key)
    (found,) = here.lines("person")
    assert (found["personId"] == old["personId"], found["lastName"]) == (revived, "Ash" if revived else None)


@pytest.mark.parametrize("email", ["b@x.io", "B@X.IO", "b2@x.io"])
def test_c24_an_additional_email_of_somebody_else(email: str) -> None:
    here = stage()
    before = here.person("b@x.io")
    done = here.post(row("a@x.io", additionalEmails=["a2@x.io", email]))
    assert here.reasons(done) == [(0, f"{email} belongs to somebody else")]
    assert (here.person("b@x.io"), here.person("a@x.io")["additionalEmails"]) == (before, [])
    here = stage(secondary_collision="dropped")
    here.post(row("a@x.io", additionalEmails=["a2@x.io", email]))
    assert here.person("a@x.io")["additionalEmails"] == ["a2@x.io"]


def test_a_unique_value_of_somebody_else_fails_the_record() -> None:
    here = stage()
    done = here.post(row("a@x.io", {"Customer ID": "2"}), row("c@x.io", {"Customer ID": "1"}))
    assert [index for index, _ in here.reasons(done)] == [0, 1]
    assert here.values("a@x.io") == {"Customer ID": "1"}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({}, ["personId", "email", {"email": None}]),
        ({"failed_record_key": "email"}, ["email", "email", {"email": None}]),
        ({"failed_record_shape": "empty"}, ["personId", "email", {}]),
    ],
)
def test_the_shapes_of_failed_records(profile: dict[str, Any], expected: list[Any]) -> None:
    here = Stage(**profile).seed(people=[{"email": "a@x.io", "phone": "1"}])
    bad = [given("Visits", "many", "NUMBER")]
    done = here.post(
        row("a@x.io", phone="1", properties=bad),
        row("b@x.io", phone="2", properties=bad),
        row(phone="3", properties=bad),
        identifierPropertyId="phone",
    )
    id = here.person("a@x.io")["personId"]
    first = {"personId": id} if expected[0] == "personId" else {"email": "a@x.io"}
    assert here.failed(done) == [first, {"email": "b@x.io"}, expected[2]]


def test_no_failure_is_null() -> None:
    here = Stage()
    assert here.failed(here.post(row("a@x.io"))) is None


def test_people_are_found_by_what_an_import_gave_them_and_no_more_by_what_it_took() -> None:
    here = stage()
    id = here.property("Customer ID").id
    here.post(row("a@x.io", {"Customer ID": "9"}))
    here.post(row("a@x.io", additionalEmails=["a2@x.io"]))
    here.post(row("b@x.io", additionalEmails=[]))
    here.post(row("a2@x.io", firstName="By second e-mail"), row("b2@x.io", firstName="Somebody new"))
    assert here.person("a@x.io")["firstName"] == "By second e-mail"
    assert here.person("b2@x.io")["firstName"] == "Somebody new"
    here.post(numbered("9", lastName="Nine"), numbered("1", lastName="One"), identifierPropertyId=id)
    assert here.person("a@x.io")["lastName"] == "Nine"
    assert [line["email"] for line in here.lines("person") if line["lastName"] == "One"] == [None]


def test_seeded_refusals_fail_records_for_a_reason_that_nobody_can_see_coming() -> None:
    here = stage().seed(refuse=["A@x.io", "+14155551003"])
    done = here.post(row("a@x.io", firstName="Ann"), row("d@x.io"))
    assert here.reasons(done) == [(0, "the workspace does not take a@x.io")]
    assert here.failed(done) == [{"personId": here.person("a@x.io")["personId"]}]
    assert (here.person("a@x.io")["firstName"], here.person("d@x.io")["email"]) == (None, "d@x.io")
    done = here.post({"phone": "+14155551003"}, {"phone": "2"}, identifierPropertyId="phone")
    assert here.failed(done) == [{"email": None}]
    assert here.workspace.copy().refusing == here.workspace.refusing
