"""Targets as data, and their judgement."""

import pytest

from customhouse_loadtests.bench.ledger import Ledger
from customhouse_loadtests.bench.plan import FULL_RECORDS, Plan
from customhouse_loadtests.bench.targets import COMPARISONS, Comparison, Target, judge, targets


@pytest.mark.parametrize(
    ("comparison", "measured", "outcome"),
    [
        ("at most", 0.9, "met"),
        ("at most", 1.0, "met"),
        ("at most", 1.1, "missed"),
        ("at least", 0.9, "missed"),
        ("at least", 1.0, "met"),
        ("at least", 1.1, "met"),
    ],
)
def test_a_measure_meets_or_misses_its_target(comparison: Comparison, measured: float, outcome: str) -> None:
    ledger = Ledger()
    ledger.add("m", measured)
    (judged,) = judge([_wish(comparison=comparison)], ledger, records=0)
    assert (judged.measured, judged.outcome) == (measured, outcome)


def test_what_was_not_measured_is_not_judged() -> None:
    (judged,) = judge([_wish()], Ledger(), records=FULL_RECORDS)
    assert (judged.measured, judged.outcome) == (None, "not judged")


@pytest.mark.parametrize(("records", "outcome"), [(99, "not judged"), (100, "met")])
def test_a_run_that_is_too_small_proves_nothing_about_many_contacts(records: int, outcome: str) -> None:
    ledger = Ledger()
    ledger.add("m", 0.5)
    (judged,) = judge([_wish(records=100)], ledger, records)
    assert judged.outcome == outcome


def test_the_table_of_targets_is_sound() -> None:
    rows = targets()
    assert len({row.measure for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.comparison in COMPARISONS
        assert row.wanted > 0
        assert all((row.name, row.unit, row.why))
        assert row.records <= FULL_RECORDS


def test_the_full_plan_compares_the_thousandth_create_with_the_fifty_thousandth() -> None:
    plan = Plan.of(FULL_RECORDS, rounds=3)
    assert (plan.early, plan.records, plan.window, plan.calls, plan.journaled) == (1_000, 50_000, 1_000, 1_000, 10_000)


def test_a_small_plan_keeps_its_windows_inside_its_records() -> None:
    plan = Plan.of(200, rounds=1)
    assert plan.window <= plan.early < plan.records
    assert plan.calls <= plan.records


def _wish(comparison: Comparison = "at most", records: int = 0) -> Target:
    return Target("m", "a measure", 1.0, "ms", comparison, "nowhere", records)
