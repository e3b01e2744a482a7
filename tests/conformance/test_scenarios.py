"""Scenario tables: what they say, and how wrong ones are refused."""

from typing import Any

import pytest

from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.scenarios import Scenario, read_scenarios
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.scenarios.documents import fill
from customhouse_conformance.scenarios.plans import Kill

ROWS = ({"external_id": "1", "email": "a@x.com", "custom_attributes": {"plan": "pro"}}, {"external_id": "2"})


def scenario(**row: Any) -> Scenario:
    base = {"id": "s", "text": "t", "dataset": {"name": "people", "count": 2}}
    return read_scenarios("intercom", {"scenario": [{**base, **row}]})["s"]


def test_defaults() -> None:
    one = scenario()
    assert (one.plan.name, one.ceilings.requests, one.needs, one.faults) == ("once", 1000, (), {})


def test_datasets() -> None:
    assert len(rows_of(scenario().dataset)) == 2
    assert len(rows_of(scenario(dataset={"name": "tutorial"}).dataset)) == 5
    hard = rows_of(scenario(dataset={"name": "hard-cases", "count": 4}).dataset)
    assert len(hard) == 4
    inline = scenario(dataset={"name": "inline", "rows": [{"name": "A"}, {"name": "B"}]}).dataset
    assert rows_of(inline) == ({"name": "A"}, {"name": "B"})
    leads = rows_of(scenario(dataset={"name": "people", "count": 3, "leads": 1.0}).dataset)
    assert {row["role"] for row in leads} == {"lead"}


def test_rows_are_appended_then_changed_then_repeated() -> None:
    rows = rows_of(
        scenario(
            dataset={
                "name": "inline",
                "rows": [{"name": "A"}, {"name": "B", "email": "b"}],
                "change": [{"row": 1, "email": "no address"}],
                "repeat": [1, 0],
            }
        ).dataset
    )
    assert rows == ({"name": "A"}, b := {"name": "B", "email": "no address"}, b, {"name": "A"})


def test_plans() -> None:
    labels = {
        "once": [["first"]],
        "twice": [["first"], ["second"]],
        "two-at-once": [["first", "second"]],
    }
    for name, expected in labels.items():
        assert [[step.label for step in group] for group in scenario(plan=name).plan.groups] == expected
    first, second = scenario(plan={"name": "killed", "operation": "contacts.*", "nth": 3}).plan.groups
    assert first[0].kill == Kill("contacts.*", 3)
    assert second[0].kill is None
    (control,), (then,) = scenario(plan={"name": "control-then", "then": "broken"}).plan.groups
    assert control.workdir != then.workdir
    assert then.source is not None
    assert set(then.source.raw or ()) == {"csv", "json", "ndjson"}


def test_documents_take_from_the_rows() -> None:
    document = {
        "contacts": [{"row": 0, "status": "archived"}, {"row": 1, "only": ["external_id"], "name": "N"}],
        "faults": [{"match": {"body_contains": "{row.0.email}"}, "redirect": "{trap}/x", "calls": {"first": 2}}],
        "keep": "{other}",
    }
    assert fill(document, ROWS, "http://trap") == {
        "contacts": [{**ROWS[0], "status": "archived"}, {"external_id": "2", "name": "N"}],
        "faults": [{"match": {"body_contains": "a@x.com"}, "redirect": "http://trap/x", "calls": {"first": 2}}],
        "keep": "{other}",
    }
    assert fill("{row.0.custom_attributes.plan}", ROWS) == "pro"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [({"row": 2}, "no row 2"), ({"row": True}, "no row True"), ("{row.1.email}", "no field 'email'")],
)
def test_documents_that_point_nowhere_are_refused(document: Any, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        fill(document, ROWS)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"plan": "thrice"}, "use one of: once, twice"),
        ({"plan": {"name": "killed"}}, "'operation' is missing"),
        ({"plan": {"name": "killed", "operation": "*", "nth": 0}}, "count from 1"),
        ({"plan": {"name": "once", "nth": 2}}, "'nth' is not a key"),
        ({"plan": {"name": "control-then", "then": "bad"}}, "'then' is 'bad'"),
        ({"plan": {"name": "control-then", "then": {"csv": "x"}}}, "'json' is missing"),
        ({"dataset": {"name": "people"}}, "needs a count"),
        ({"dataset": {"name": "tutorial", "group": "x"}}, "only hard-cases have groups"),
        ({"dataset": {"name": "inline", "repeat": ["x"]}}, "row indices"),
        ({"dataset": {"name": "inline", "rows": [1]}}, "no table"),
        ({"dataset": {"name": "elephants"}}, "use one of"),
        ({"ceilings": {"requests": 0}}, "not above zero"),
        ({"ceilings": {"minutes": 1}}, "'minutes' is not a key"),
        ({"ceilings": 3}, "make it a table"),
        ({"ceilings": {"requests": True}}, "make it a whole number"),
        ({"text": 1}, "make it a string"),
        ({"fault": {}}, "did you mean 'faults'"),
    ],
)
def test_a_wrong_row_is_refused(row: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint) as caught:
        scenario(**row)
    assert "scenarios/intercom.toml: s" in str(caught.value)


def test_two_of_one_name_are_refused() -> None:
    row = {"id": "s", "text": "t", "dataset": {"name": "tutorial"}}
    with pytest.raises(ScenarioError, match="two scenarios are called 's'"):
        read_scenarios("intercom", {"scenario": [row, row]})


@pytest.mark.parametrize(
    ("dataset", "complaint"),
    [
        ({"name": "hard-cases", "group": "no-such"}, "no-such"),
        ({"name": "inline", "change": [{"row": 1}]}, "no row 1"),
        ({"name": "inline", "change": [{"email": "x"}]}, "no row None"),
    ],
)
def test_a_dataset_that_cannot_be_made_is_our_fault(dataset: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        rows_of(scenario(dataset=dataset).dataset)
