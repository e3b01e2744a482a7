"""Which way a verdict went, and two runs held against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.comparison import RANK, Change, Group, Key, Stand, compare, paired, tally, told
from customhouse_conformance.findings import Verdict

PASS, FAIL, WARN = Stand(Verdict.PASS, "ok"), Stand(Verdict.FAIL, "lost-rows"), Stand(Verdict.WARN, "silent")
UNSEEN, UNCLAIMED = Stand(Verdict.NOT_EXERCISED, "no-witness"), Stand(Verdict.NOT_APPLICABLE, "not-claimed")


def key(number: int = 1, importer: str = "acme") -> Key:
    return Key(importer, "intercom", f"INTERCOM-TOY-0{number}")


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        (PASS, FAIL, "worse"),
        (PASS, WARN, "worse"),
        (PASS, UNSEEN, "worse"),
        (PASS, UNCLAIMED, "worse"),
        (FAIL, Stand(Verdict.ERROR, "no-record"), "worse"),
        (FAIL, PASS, "better"),
        (UNSEEN, WARN, "better"),
        (FAIL, Stand(Verdict.FAIL, "never-ended"), "changed"),
        (FAIL, FAIL, "same"),
        (None, FAIL, "new"),
        (PASS, None, "gone"),
        (None, None, "unjudged"),
    ],
)
def test_which_way_it_went(before: Stand | None, after: Stand | None, group: str) -> None:
    assert Change(key(), before, after).group == group


def test_every_verdict_has_its_rank() -> None:
    assert sorted(RANK) == sorted(Verdict)


def test_it_is_told_in_a_line() -> None:
    assert Change(key(), PASS, FAIL).says == "PASS → FAIL lost-rows"
    assert Change(key(), None, UNSEEN).says == "not asked → NOT EXERCISED no-witness"
    assert Change(key(), FAIL, None).says == "FAIL lost-rows → not asked"
    assert Change(key(), None, None, "no record of 'x'").says == "not judged: no record of 'x'"


def test_the_worst_is_told_first_and_what_stayed_is_not() -> None:
    before = {key(1): PASS, key(2): FAIL, key(3): PASS, key(4): WARN}
    after = {key(5): PASS, key(4): WARN, key(2): PASS, key(1): FAIL}
    changes = compare(before, after)
    assert [(one.key.requirement[-1], one.group) for one in told(changes)] == [
        ("1", Group.WORSE),
        ("2", Group.BETTER),
        ("5", Group.NEW),
        ("3", Group.GONE),
    ]
    assert tally(changes) == {"worse": 1, "better": 1, "changed": 0, "new": 1, "gone": 1, "same": 1}


def test_two_importers_are_held_against_each_other_and_several_each_against_itself() -> None:
    assert paired({key(1, "acme"): PASS}, {key(1, "other"): FAIL}) == {key(1, "acme"): FAIL}
    both = {key(1, "acme"): PASS, key(1, "other"): FAIL}
    assert paired({key(1, "acme"): PASS}, both) == both
    assert paired({}, both) == both


sides = st.dictionaries(st.integers(1, 9).map(key), st.sampled_from([PASS, FAIL, WARN, UNSEEN, UNCLAIMED]))
OPPOSITE = {"worse": "better", "better": "worse", "new": "gone", "gone": "new", "changed": "changed", "same": "same"}


@given(sides, sides)
def test_the_other_way_round_it_went_the_other_way(before: dict[Key, Stand], after: dict[Key, Stand]) -> None:
    there, back = compare(before, after), compare(after, before)
    assert {one.key for one in there} == before.keys() | after.keys()
    assert {one.key: OPPOSITE[one.group] for one in there} == {one.key: one.group.value for one in back}
    assert all(one.group is Group.SAME for one in compare(before, before))
