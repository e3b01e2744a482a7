"""Custom properties: made once, without twins, and never bent unnoticed."""

import pytest

from customhouse_conformance.facts import Process, Row
from customhouse_conformance.findings import Unseen
from customhouse_conformance.judges.properties import clash_is_noticed, no_twin_property, properties_made_once
from customhouse_conformance.witnesses.importing import property_met, property_was_new

from .rally import ANN, BOB, TIER, person, post, process, record
from .records import exchange

TWIN = {**TIER, "propertyId": "p-twin"}
NUMBER = {**TIER, "propertyType": "NUMBER"}


@pytest.mark.parametrize(
    ("lines", "values", "capabilities", "code"),
    [
        ([TIER], {"Tier": "gold"}, None, "ok"),
        ([TIER, TWIN], {"Tier": "gold"}, None, "made-twice"),
        ([NUMBER], {"Tier": "gold"}, None, "wrong-type"),
        ([NUMBER], {"Tier": "gold"}, ("properties",), "ok"),
        ([NUMBER], {"Tier": "gold"}, ("properties", "types"), "wrong-type"),
        ([TIER], {}, None, "wrong-fields"),
    ],
)
def test_made_once(lines: list[Row], values: Row, capabilities: tuple[str, ...] | None, code: str) -> None:
    run = record(ANN, after=[*lines, person(ANN, properties=values)], capabilities=capabilities)
    assert properties_made_once(run).code == code
    assert property_was_new(run) is not None


def test_a_property_that_nobody_made_was_new_all_the_same() -> None:
    dropped = record(ANN, after=[person(ANN, properties={})])
    assert property_was_new(dropped) is not None
    assert properties_made_once(dropped).code == "wrong-fields"


def test_a_property_that_was_there_was_not_new() -> None:
    assert property_was_new(record(ANN, before=[TIER], after=[TIER, person(ANN)])) is None
    unseen = property_was_new(record(ANN, after=[TIER], exchanges=(post(1, ANN, status=400),)))
    assert isinstance(unseen, Unseen)
    assert unseen.why.startswith("the rows name new properties (Tier), and nobody was imported (exchange 1 was refused")


NEAR: Row = {"email": "near@example.com", "properties": {"tier ": "gold"}}


@pytest.mark.parametrize(
    ("lines", "values", "run", "code"),
    [
        ([TIER], {"Tier": "gold"}, process(), "ok"),
        ([TIER, {**TWIN, "name": "tier"}], {"tier": "gold"}, process(), "twin"),
        ([TIER], {}, process(), "lost-value"),
        ([TIER], {}, process(exit_code=1, stderr="near@example.com: no such property"), "ok"),
        ([TIER], {}, process(exit_code=1), "lost-value"),
    ],
)
def test_no_twins(lines: list[Row], values: Row, run: Process, code: str) -> None:
    one = record(NEAR, BOB, after=[*lines, person(NEAR, properties=values), person(BOB)], processes=(run,))
    assert no_twin_property(one).code == code


@pytest.mark.parametrize(
    ("stored", "run", "code"),
    [
        ("gold", process(), "ok"),
        (12, process(), "damaged-silently"),
        (None, process(), "damaged-silently"),
        (12, process(exit_code=1, stderr="the property Tier is a NUMBER"), "ok"),
        (12, process(exit_code=1, stderr="rejected: ann@example.com"), "ok"),
        (12, process(exit_code=1, stderr="rejected: ann@example.com\nrejected: bob@example.com"), "not-named"),
        (12, process(exit_code=1), "not-named"),
    ],
)
def test_a_clash_of_types(stored: object, run: Process, code: str) -> None:
    after = [NUMBER, person(ANN, properties={"Tier": stored}), person(BOB)]
    one = record(ANN, BOB, before=[NUMBER], after=after, processes=(run,))
    assert clash_is_noticed(one, "Tier").code == code


def test_who_sends_nobody_has_noticed_nothing() -> None:
    despair = process(exit_code=1, stderr="failed: ann@example.com\nfailed: bob@example.com")
    run = record(ANN, BOB, before=[NUMBER], after=[NUMBER], processes=(despair,))
    assert clash_is_noticed(run, "Tier").code == "not-named"
    assert no_twin_property(run).code == "not-shown"
    told = process(exit_code=1, stderr="the property Tier is a NUMBER: nothing was sent")
    assert clash_is_noticed(record(ANN, BOB, before=[NUMBER], after=[NUMBER], processes=(told,)), "Tier").code == "ok"


def test_a_property_that_is_there_keeps_its_type() -> None:
    run = record(ANN, before=[NUMBER], after=[TIER, person(ANN)])
    assert clash_is_noticed(run, "Tier").code == "retyped"


def test_a_property_is_met_in_the_list_or_by_sending_it() -> None:
    listed = exchange(1, "properties.list", method="GET", path="/properties")
    assert property_met(record(ANN, exchanges=(listed,)), "Tier") is not None
    assert property_met(record(ANN, exchanges=(post(1, ANN),)), "Tier") is not None
    assert property_met(record(ANN, exchanges=(post(1, BOB),)), "Tier") is None


def test_a_property_may_be_sent_by_its_id() -> None:
    people = [{"email": "bob@example.com", "properties": [{"propertyId": "p-tier", "value": "x"}]}]
    by_id = exchange(1, "people.import", 202, body={"people": people}, path="/people/import")
    assert property_met(record(BOB, after=[TIER, person(BOB)], exchanges=(by_id,)), "Tier") is not None
