"""Scenario tables: what they say, and how wrong ones are refused."""

from typing import Any

import pytest

from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.scenarios import Scenario, load_scenarios, read_scenarios
from customhouse_conformance.scenarios.dataset import Turn, rows_of
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
    (_,), (again,) = scenario(plan={"name": "changed", "turn": {"drop": [0]}}).plan.groups
    assert again.source is not None
    assert again.source.turn == Turn(drop=(0,))
    (control,), (then,) = scenario(plan={"name": "control-then", "then": "broken"}).plan.groups
    assert control.workdir != then.workdir
    assert then.source is not None
    assert set(then.source.raw or ()) == {"csv", "json", "ndjson"}


def test_a_source_that_changes_keeps_its_columns_in_their_order() -> None:
    one = load_scenarios("intercom")["changed"]
    rows = rows_of(one.dataset)
    assert one.plan.otherwise is not None
    assert one.plan.otherwise.source is not None
    assert one.plan.otherwise.source.turn is not None
    assert {tuple(row) for row in one.plan.otherwise.source.turn.of(rows)} == {tuple(rows[0])}


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


def pulled(**row: Any) -> Scenario:
    base = {"id": "s", "text": "t", "dataset": {"name": "clients", "count": 2}}
    return read_scenarios("intandem", {"scenario": [{**base, **row}]})["s"]


def test_a_pull_without_words_is_one_session_of_one_business() -> None:
    one = pulled()
    assert (one.plan.acts, one.plan.groups) == (("start", "launch", "wait"), ())
    assert (one.pull.plans, one.pull.businesses, one.pull.turn) == (({},), 1, None)
    assert (one.pull.upstream.page(1), one.pull.upstream.fault(1)) == (1000, None)
    assert one.pull.plan(7) == {}


def test_a_pull_with_everything() -> None:
    one = pulled(
        pull=[{"per_page": 1}, {"per_page": 2}],
        plan={"name": "turning", "operation": "export.page", "nth": 2},
        turn={"drop": [0]},
        upstream={"pages": [3, 1], "faults": [{"id": "x", "status": 500, "from": 2}]},
        businesses=2,
        costly=True,
    )
    assert [one.pull.plan(n)["per_page"] for n in range(3)] == [1, 2, 2]
    assert one.plan.moment == Kill("export.page", 2)
    assert [one.pull.upstream.page(call) for call in (1, 2, 3)] == [3, 1, 1]
    assert one.pull.upstream.fault(1) is None
    assert one.pull.upstream.fault(5) is not None
    assert one.costly


def test_a_turn_changes_drops_and_puts_in_front() -> None:
    rows = ({"id": 1}, {"id": 2}, {"id": 3})
    turn = Turn(change=({"row": 2, "x": "y"},), drop=(0,), front=({"id": 0},))
    assert turn.of(rows) == ({"id": 0}, {"id": 2}, {"id": 3, "x": "y"})
    assert Turn(empty=True).of(rows) == ()
    with pytest.raises(ScenarioError, match="no row 7"):
        Turn(drop=(7,)).of(rows)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"plan": "twice"}, "use one of: once, rounds"),
        ({"plan": {"name": "killed", "operation": "x"}}, "'nth' is missing"),
        ({"plan": {"name": "once", "nth": 1}}, "'nth' is not a key"),
        ({"plan": "turned"}, "do not go together"),
        ({"turn": {"empty": True}}, "do not go together"),
        ({"plan": "turned", "turn": {"drop": ["x"]}}, "no list of row indices"),
        ({"businesses": 0}, "a number from 1 to 9"),
        ({"upstream": {"pages": [0]}}, "count from 1"),
        ({"upstream": {"pages": "3"}}, "no list of whole numbers"),
        ({"upstream": {"faults": [{"id": "x", "nth": [1]}]}}, "either a status or a stall"),
        ({"upstream": {"faults": [{"id": "x", "status": 500}]}}, "strikes no call"),
        ({"upstream": {"speed": 3}}, "'speed' is not a key"),
        ({"dataset": {"name": "clients"}}, "'clients' needs a count"),
    ],
)
def test_a_wrong_pull_is_refused(row: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        pulled(**row)


def test_only_pulls_have_a_pull() -> None:
    with pytest.raises(ScenarioError, match="'pull' is not a key"):
        scenario(pull={"per_page": 3})


def test_hard_cases_in_the_words_of_a_client_card() -> None:
    table = {"name": "hard-cases", "group": "text", "words": "client", "count": 3}
    for row in rows_of(pulled(dataset=table).dataset):
        assert row["first_name"] == row["last_name"] == row["address"]
        assert set(row) == {"external_id", "first_name", "last_name", "email", "address"}
