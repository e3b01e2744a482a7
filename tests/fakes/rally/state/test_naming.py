"""P8 to P15: what the properties that a request names are, come to be, or are refused for."""

from __future__ import annotations

from typing import Any

import pytest

from customhouse_fakes.core.answers import VendorError

from .stage import Stage, given, row, text

NUMBER = [{"name": "Visits", "propertyType": "NUMBER"}]


def refused(here: Stage, *people: Any, **request: Any) -> VendorError:
    """The refusal of a request, which must have changed nothing."""
    before = [*here.lines("property"), *here.lines("person"), *here.lines("import")]
    with pytest.raises(VendorError) as caught:
        here.post(*people, **request)
    assert [*here.lines("property"), *here.lines("person"), *here.lines("import")] == before
    return caught.value


def where(refusal: VendorError) -> list[list[str]]:
    return [one["path"] for one in refusal.body["errors"]]


def test_p8_a_property_that_exists_is_not_retyped() -> None:
    here = Stage().seed(properties=NUMBER)
    done = here.post(row("a@x.io", {"Visits": "7"}), row("b@x.io", {"Visits": "012"}))
    assert here.property("Visits").type == "NUMBER"
    assert here.values("a@x.io") == {"Visits": 7}
    assert here.reasons(done) == [(1, "Visits: '012' is no number")]


def test_p9_a_new_property_exists_when_the_request_is_accepted() -> None:
    here = Stage(processing="clock")
    begun = here.post(row("a@x.io", {"Color": "Blue"}))
    assert (begun.status, here.lines("person")) == ("NOT_STARTED", [])
    assert (here.property("Color").type, here.property("Color").created_by) == ("STRING", f"import:{begun.id}")


def test_p9_a_new_property_survives_the_failure_of_all_records() -> None:
    here = Stage()
    done = here.post(row("a@x.io", properties=[given("Joined", "yesterday", "DATETIME")]))
    assert (done.status, done.person_count) == ("COMPLETED", 0)
    assert here.property("Joined").type == "DATETIME"


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ("trimmed", ["Color", "color"]),
        ("case_insensitive", ["Color"]),
        ("exact", ["Color", " Color ", "color"]),
    ],
)
def test_p10_how_names_are_compared(rule: str, made: list[str]) -> None:
    here = Stage(property_names=rule).seed(properties=text("Color"))
    here.post(row("a@x.io", {" Color ": "1"}), row("b@x.io", {"color": "2"}))
    assert [line["name"] for line in here.lines("property")] == made


def test_p10_a_new_name_is_trimmed_and_made_once() -> None:
    here = Stage()
    here.post(row("a@x.io", {" Color": "1"}), row("b@x.io", {"Color ": "2"}))
    assert (here.values("a@x.io"), here.values("b@x.io")) == ({"Color": "1"}, {"Color": "2"})


def test_p10_a_blank_name_is_refused() -> None:
    assert where(refused(Stage(), row("a@x.io", {" ": "1"}))) == [["people", "0", "properties", "0", "name"]]


def test_p11_one_new_name_with_two_types() -> None:
    people = [row("a@x.io", {"New": "1"}), row("b@x.io", {"Else": "1"}, firstName="B")]
    people[1]["properties"].append(given("New", 2, "NUMBER"))
    refusal = refused(Stage(), *people)
    assert (refusal.status, refusal.rule) == (400, "import.type_conflict")
    assert where(refusal) == [["people", "1", "properties", "1", "propertyType"]]
    here = Stage(type_conflict="first_type")
    done = here.post(*people)
    assert here.property("New").type == "STRING"
    assert here.reasons(done) == [(1, "New: 2 is no text")]


@pytest.mark.parametrize("type", ["SINGLE_SELECT", "MULTI_SELECT"])
def test_p12_a_new_select_has_no_options(type: str) -> None:
    value: Any = "Gold" if type == "SINGLE_SELECT" else ["Gold"]
    here = Stage()
    done = here.post(row("a@x.io", properties=[given("Plan", value, type)]))
    assert (here.property("Plan").type, here.property("Plan").options) == (type, ())
    assert here.reasons(done) == [(0, "Plan: there is no option 'Gold'")]
    refusal = refused(Stage(new_select="refused"), row("a@x.io", properties=[given("Plan", value, type)]))
    assert (refusal.status, refusal.rule) == (400, "import.new_select")


def test_p13_a_new_property_is_an_ordinary_one() -> None:
    here = Stage()
    here.post(row("a@x.io", {"Color": "Blue"}))
    made = here.property("Color")
    assert (made.is_unique, made.is_phi, made.is_pii) == (False, False, False)


def test_p14_an_unknown_property_id() -> None:
    people = [row("a@x.io"), row("b@x.io", properties=[given("New", "1"), {"propertyId": "cm0", "value": "1"}])]
    refusal = refused(Stage(), *people)
    assert (refusal.status, where(refusal)) == (400, [["people", "1", "properties", "1", "propertyId"]])
    here = Stage(unknown_property="record_fails")
    assert here.reasons(here.post(*people)) == [(1, "there is no property cm0")]
    assert [line["email"] for line in here.lines("person")] == ["a@x.io"]


def test_a_property_can_be_named_by_id() -> None:
    here = Stage().seed(properties=NUMBER)
    id = here.property("Visits").id
    here.post(row("a@x.io", properties=[{"propertyId": id, "value": 3}]))
    assert here.values("a@x.io") == {"Visits": 3}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("unknown", "import.unknown_identifier"), ("plain", "import.identifier_not_unique")],
)
def test_p15_an_identifier_that_identifies_nobody(rule: str, expected: str) -> None:
    here = Stage().seed(properties=text("Color"))
    id = "cm0" if rule == "unknown" else here.property("Color").id
    refusal = refused(here, row("a@x.io"), identifierPropertyId=id)
    assert (refusal.status, refusal.rule, where(refusal)) == (400, expected, [["identifierPropertyId"]])
    lenient = Stage(bad_identifier="records_fail")
    done = lenient.post(row("a@x.io"), row("b@x.io"), identifierPropertyId="cm0")
    assert (done.status, done.person_count, len(lenient.reasons(done))) == ("COMPLETED", 0, 2)


@pytest.mark.parametrize(("rule", "count"), [("one", 1), ("two", 2)])
def test_c28_two_imports_that_make_one_name(rule: str, count: int) -> None:
    here = Stage(processing="clock", same_new_property=rule)
    here.post(row("a@x.io", {"Color": "Red"}))
    here.post(row("b@x.io", {"Color": "Blue"}))
    assert len(here.lines("property")) == count
    here.workspace.settle()
    here.post(row("c@x.io", {"Color": "Grey"}))
    assert len(here.lines("property")) == count


@pytest.mark.parametrize(("count", "fits"), [(1000, True), (1001, False)])
def test_a_request_holds_a_thousand_people(count: int, fits: bool) -> None:
    people = [row(f"p{number}@x.io") for number in range(count)]
    here = Stage()
    if fits:
        assert here.post(*people).person_count == count
    else:
        refusal = refused(here, *people)
        assert (refusal.status, where(refusal)) == (400, [["people"]])


def test_no_people_at_all() -> None:
    done = Stage().post()
    assert (done.status, done.count, done.given_id) == ("COMPLETED", 0, None)
    assert refused(Stage(empty_request="refused")).rule == "import.no_people"
