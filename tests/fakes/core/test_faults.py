from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.errors import FaultPlanError
from customhouse_fakes.core.faults import OUTGOING_KINDS, OUTGOING_ONLY, PLACES, FaultPlan
from customhouse_fakes.core.request import Request

OPERATIONS = ["contacts.create", "contacts.get", "tags.create"]


def request(path: str = "/contacts", body: bytes = b"") -> Request:
    return Request("POST", path, "", {}, body)


def plan(*faults: dict[str, Any]) -> FaultPlan:
    made = FaultPlan(OPERATIONS)
    made.put({"faults": list(faults)})
    return made


@pytest.mark.parametrize(
    ("calls", "struck"),
    [
        (None, [1, 2, 3, 4, 5, 6]),
        ({"first": 2}, [1, 2]),
        ({"from": 5}, [5, 6]),
        ({"every": 3}, [3, 6]),
        ({"nth": [1, 4]}, [1, 4]),
    ],
)
def test_selects_calls_by_number(calls: dict[str, Any] | None, struck: list[int]) -> None:
    line = {"operation": "contacts.create", "status": 500} | ({"calls": calls} if calls else {})
    made = plan(line)
    hits = [n for n in range(1, 7) if made.strike("contacts.create", request())]
    assert hits == struck
    assert made.served == {"F1": len(struck)}


def test_counts_only_calls_that_match() -> None:
    made = plan({"operation": "contacts.*", "status": 500, "calls": {"nth": [2]}, "match": {"body_contains": "ann"}})
    bodies = [b"ann", b"bob", b"ann", b"ann"]
    assert [bool(made.strike("contacts.create", request(body=body))) for body in bodies] == [False, False, True, False]
    assert made.strike("tags.create", request(body=b"ann")) == []


def test_a_line_can_be_taken_out_and_the_others_go_on_counting() -> None:
    made = plan({"operation": "*", "status": 500, "calls": {"nth": [2]}})
    made.strike("contacts.get", request())
    made.add({"id": "gone", "operation": "*", "reset": True})
    made.remove("gone")
    made.remove("gone")
    assert [fault.id for fault in made.strike("contacts.get", request())] == ["F1"]
    assert made.served == {"F1": 1}
    assert made.document == {"faults": [{"operation": "*", "status": 500, "calls": {"nth": [2]}}]}


def test_several_faults_may_strike_one_call_in_the_order_of_the_plan() -> None:
    made = plan({"id": "slow", "operation": "*", "delay_s": 1}, {"id": "cut", "operation": "*", "truncate": 3})
    assert [fault.id for fault in made.strike("contacts.get", request())] == ["slow", "cut"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({"operation": "contact.create", "status": 500}, "no operation matches 'contact.create'"),
        ({"operation": "*", "status": 500, "where": "answer"}, "strikes before or after, not answer"),
        ({"operation": "*"}, "got none"),
        ({"operation": "*", "status": 500, "hang": True}, "got status and hang"),
        ({"operation": "*", "status": 200}, "less than the minimum"),
        ({"operation": "*", "probability": 0.5, "status": 500}, "probability"),
        ({"operation": "*", "delay_s": 1, "retry_after_s": 1}, "dependency"),
        ({"operation": "*", "status": 500, "calls": {"first": 1, "every": 2}}, "too many properties"),
    ],
)
def test_refuses_a_bad_plan_whole_and_keeps_the_old_one(line: dict[str, Any], complaint: str) -> None:
    made = plan({"operation": "*", "status": 503})
    with pytest.raises(FaultPlanError) as refusal:
        made.put({"faults": [line]})
    assert complaint in str(refusal.value)
    assert made.document == {"faults": [{"operation": "*", "status": 503}]}


def test_a_line_is_added_and_the_others_go_on_counting() -> None:
    made = plan({"operation": "contacts.create", "status": 500, "calls": {"first": 1}})
    assert made.strike("contacts.create", request())
    assert made.add({"operation": "contacts.create", "delay_s": 1}) == "F2"
    assert [fault.id for fault in made.strike("contacts.create", request())] == ["F2"]
    with pytest.raises(FaultPlanError, match="the same id"):
        made.add({"id": "F1", "operation": "*", "hang": True})
    assert made.served == {"F1": 1, "F2": 1}
    assert len(made.document["faults"]) == 2


def test_ids_are_unique() -> None:
    with pytest.raises(FaultPlanError, match="same id"):
        plan({"id": "A", "operation": "*", "status": 500}, {"id": "A", "operation": "*", "status": 503})


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=4),
        max_size=4,
    )
)
def test_nonsense_is_refused_with_a_typed_error(document: dict[str, Any]) -> None:
    made = FaultPlan(OPERATIONS)
    with pytest.raises(FaultPlanError):
        made.put(document)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(["before", "after", "answer"]))
def test_a_place_is_accepted_exactly_when_the_table_allows_it(kind: Any, where: Any) -> None:
    values = {
        "status": 500,
        "html": 502,
        "redirect": "http://127.0.0.1:1/",
        "delay_s": 1,
        "truncate": 1,
        "duplicate": 1,
        "tamper": "forged",
    }
    line = {"operation": "*", kind: values.get(kind, True), "where": where}
    made = FaultPlan([*OPERATIONS, "webhook.deliver"], ["forged"])
    if where in PLACES[kind]:
        made.put({"faults": [line]})
        assert [fault.where for fault in made.strike("tags.create", request())] == [where] * (kind not in OUTGOING_ONLY)
        assert len(made.strike("webhook.deliver", request())) == (kind in OUTGOING_KINDS)
    else:
        with pytest.raises(FaultPlanError):
            made.put({"faults": [line]})


@pytest.mark.parametrize("line", [{"drop": True, "operation": "*"}, {"reset": True, "operation": "webhook.deliver"}])
def test_a_fault_that_can_strike_nothing_is_refused(line: dict[str, Any]) -> None:
    operations = OPERATIONS if "drop" in line else ["webhook.deliver"]
    with pytest.raises(FaultPlanError, match="can strike"):
        FaultPlan(operations).put({"faults": [line]})


def test_a_webhook_is_tampered_with_only_in_ways_that_its_provider_has() -> None:
    line = {"operation": "webhook.deliver", "tamper": "forged"}
    with pytest.raises(FaultPlanError, match="there are: garbage, stale"):
        FaultPlan(["webhook.deliver"], ["stale", "garbage"]).put({"faults": [line]})
    with pytest.raises(FaultPlanError, match="none, they are not signed"):
        FaultPlan(["webhook.deliver"]).put({"faults": [line]})
    with pytest.raises(FaultPlanError, match="'tamper' is a dependency of 'beside'"):
        FaultPlan(["webhook.deliver"]).put({"faults": [{"operation": "*", "drop": True, "beside": True}]})
