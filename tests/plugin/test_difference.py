"""How a difference between records reads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse.pytest_plugin.difference import SHOWN, choose_key, differences, summary

ADA = {"email": "ada@example.com", "name": "Ada", "custom_attributes": {"plan": "pro", "seats": 2}, "id": "1"}
EVE = {"email": "eve@example.com", "name": "Eve", "phone": None}


def test_only_named_fields_count() -> None:
    assert differences([{"email": "ada@example.com"}], [ADA], "email", whole=True) == []


def test_below_the_top_every_field_counts() -> None:
    expected = {"email": "ada@example.com", "nmae": "Ada", "custom_attributes": {"plan": "free"}}
    assert differences([expected], [ADA], "email", whole=True) == [
        "differs     ada@example.com: nmae is not there, expected 'Ada'; "
        "custom_attributes.plan is 'pro', expected 'free'; custom_attributes.seats is 2, expected none"
    ]


def test_what_is_missing_and_what_should_not_be_there() -> None:
    expected = [{"email": "bob@example.com"}]
    missing = "missing     bob@example.com: {'email': 'bob@example.com'}"
    assert differences(expected, [EVE], "email", whole=True) == [
        missing,
        "unexpected  eve@example.com: {'email': 'eve@example.com', 'name': 'Eve'}",
    ]
    assert differences(expected, [EVE], "email", whole=False) == [missing]


def test_twins_are_paired_with_their_likes_first() -> None:
    lead, user = {"email": "a@example.com", "role": "lead"}, {"email": "a@example.com", "role": "user"}
    assert differences([user, lead], [lead, user], "email", whole=True) == []
    assert differences([user, user], [lead, user], "email", whole=True) == [
        "differs     a@example.com: role is 'lead', expected 'user'"
    ]


def test_a_number_is_no_text() -> None:
    assert len(differences([{"id": 1}], [{"id": "1"}], "id", whole=True)) == 2


def test_the_key_is_the_first_that_all_rows_have() -> None:
    assert choose_key([{"email": None, "phone": "1"}, {"email": "a", "phone": "2"}], ("email", "phone")) == "phone"
    with pytest.raises(ValueError, match="give each of them email or phone"):
        choose_key([{"name": "x"}], ("email", "phone"))
    assert choose_key([{"email": "a", "id": None}], ("email",), "id") == "id"


def test_long_lists_and_long_values_are_cut() -> None:
    rows = [{"email": f"{n}@example.com", "name": "x" * 1000} for n in range(SHOWN + 5)]
    text = summary(differences(rows, [], "email", whole=True), "contacts", "email", (len(rows), 0))
    assert text.startswith("contacts are not as expected: 25 expected, 0 there (told apart by email)\n")
    assert text.endswith("… and 5 more")
    assert max(map(len, text.splitlines())) < 300


ROWS = st.lists(st.fixed_dictionaries({"email": st.sampled_from("abc"), "n": st.integers(0, 2)}), max_size=6)


@given(ROWS, st.randoms())
def test_the_same_rows_in_any_order_do_not_differ(rows: list[dict[str, object]], random: object) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's random has no type of its own
    assert differences(rows, shuffled, "email", whole=True) == []


@given(ROWS, ROWS)
def test_no_difference_means_the_same_rows(expected: list[dict[str, Any]], actual: list[dict[str, Any]]) -> None:
    same = sorted(sorted(row.items()) for row in expected) == sorted(sorted(row.items()) for row in actual)
    assert (differences(expected, actual, "email", whole=True) == []) is same
