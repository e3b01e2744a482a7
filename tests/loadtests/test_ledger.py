"""The statistics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_loadtests.bench.ledger import Ledger, percentile, ratios

SAMPLES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1), (0.25, 1), (0.5, 2), (0.51, 3), (0.99, 4), (1.0, 4)],
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


@given(SAMPLES, st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_covers_its_share(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < max(1, share * len(values))


def test_ratios_pair_what_was_taken_together() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_ratios_refuse_samples_without_a_partner() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0], [1.0, 2.0])


def test_a_measure_is_the_median_of_its_samples() -> None:
    ledger = Ledger()
    ledger.add_all("create.1", {"p50_ms": 3.0})
    ledger.add("create.1.p50_ms", 100.0, 2.0)
    assert ledger.value("create.1.p50_ms") == 3.0
    assert ledger.samples("create.1.p50_ms") == [3.0, 100.0, 2.0]
    assert ledger.to_json() == {"create.1.p50_ms": {"value": 3.0, "samples": [3.0, 100.0, 2.0]}}


def test_what_was_not_measured_has_no_value() -> None:
    assert Ledger().value("create.1.p50_ms") is None
