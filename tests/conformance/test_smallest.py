"""What is said of the smallest source, and what a results.json of another version still tells of it."""

import json

import pytest

from customhouse_conformance.smallest import Smallest, as_given, found, none_found


@pytest.mark.parametrize(
    ("rows", "fields", "runs", "cut", "note"),
    [
        ((12, 1), (2, 2), 2, None, "12 rows → 1 row, all 2 fields (2 runs)"),
        ((1, 1), (3, 0), 1, None, "all 1 row, 3 fields → 0 fields (1 run)"),
        (
            (3, 2),
            (1, 1),
            0,
            "it rained",
            "3 rows → 2 rows, all 1 field (0 runs; it rained, so it may not be the smallest)",
        ),
    ],
)
def test_a_note_says_what_went(
    rows: tuple[int, int], fields: tuple[int, int], runs: int, cut: str | None, note: str
) -> None:
    smallest = found("plain", rows, fields, runs, cut)
    assert (smallest.note, smallest.minimal) == (note, cut is None)
    assert (smallest.rows, smallest.fields, smallest.runs) == (rows, fields, runs)


def test_it_comes_back_from_json() -> None:
    whole = Smallest("plain", "less", 3, (2, 1), (4, 3), ("a.csv", "b.csv"), "email\n", minimal=True)
    for one in (whole, none_found("plain", "no time", 0), as_given("plain", "then")):
        assert Smallest.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_what_another_version_does_not_say_is_not_known() -> None:
    row = {"scenario": "plain", "note": "no time", "runs": 2, "mood": "new in it"}
    assert Smallest.from_json(row) == none_found("plain", "no time", 2)
