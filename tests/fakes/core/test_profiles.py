from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.errors import ProfileError
from customhouse_fakes.core.profiles import describe, parse, switch

from .toy import ToyProfile


@dataclass(frozen=True)
class Choosy:
    colour: Literal["red", "blue"] = switch("red", doc="", grade="invented", source="")


def test_defaults_and_given_switches() -> None:
    assert parse(ToyProfile, {}) == ToyProfile()
    assert parse(ToyProfile, {"shout": True, "size": 3}) == ToyProfile(shout=True, size=3)


def test_every_wrong_key_is_named() -> None:
    with pytest.raises(ProfileError) as refusal:
        parse(ToyProfile, {"loud": True, "shout": "yes", "size": True})
    text = str(refusal.value)
    assert "'loud' is no switch; there are: shout, size" in text
    assert "'shout' must be true or false, got 'yes'" in text
    assert "'size' must be integer or null, got True" in text


def test_describes_itself() -> None:
    shout = describe(ToyProfile)[0]
    assert shout == {
        "name": "shout",
        "type": "true or false",
        "default": False,
        "doc": "titles are stored in capitals",
        "grade": "invented",
        "source": "this test",
    }


def test_choices_are_literal_types() -> None:
    assert parse(Choosy, {"colour": "blue"}).colour == "blue"
    with pytest.raises(ProfileError, match="'red' or 'blue'"):
        parse(Choosy, {"colour": "green"})


KEYS = st.sampled_from(["shout", "size", "loud"])


@given(st.dictionaries(KEYS, st.none() | st.booleans() | st.integers() | st.text()))
def test_a_document_is_refused_exactly_when_a_key_or_type_is_wrong(document: dict[str, Any]) -> None:
    size = document.get("size")
    right = "loud" not in document and isinstance(document.get("shout", True), bool)
    right = right and (size is None or (isinstance(size, int) and not isinstance(size, bool)))
    if right:
        assert isinstance(parse(ToyProfile, document), ToyProfile)
    else:
        with pytest.raises(ProfileError):
            parse(ToyProfile, document)
