"""What is said while a run goes on."""

from customhouse_loadtests.front.live import left_s


def test_the_time_that_is_left_is_as_steady_as_the_windows_of_the_limit() -> None:
    """100 calls in each ten seconds, all made in the first: 1,000 rows take 91 s, and pauses say so too."""
    said = [left_s(100 * (second // 10 + 1), 1000, second) for second in range(30, 90)]
    ends = [second + left for second, left in enumerate(said, 30) if left is not None]
    assert len(ends) == 60
    assert 70 < min(ends) < max(ends) < 105


def test_nothing_is_said_before_the_first_row_and_nothing_negative_after_the_last() -> None:
    assert left_s(0, 10, 5.0) is None
    assert left_s(12, 10, 5.0) == 0
