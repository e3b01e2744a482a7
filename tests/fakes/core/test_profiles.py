from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.errors import ProfileError
from customhouse_fakes.core.profiles import Bounds, describe, parse

from .toy import ToyProfile


@dataclass(frozen=True)
class Choosy:
    colour: Literal["red", "blue"] = "red"


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
    assert shout == {"name": "shout", "type": "true or false", "default": False}


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


@dataclass(frozen=True)
class Bounded:
    seconds: Annotated[float, Bounds(0.1, 60)] = 10.0
    size: Annotated[int | None, Bounds(1)] = None


@pytest.mark.parametrize("document", [{"seconds": 0.1}, {"seconds": 60}, {"size": 1}, {"size": None}])
def test_bounds_are_inclusive(document: dict[str, Any]) -> None:
    assert parse(Bounded, document) == Bounded(**document)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"seconds": 0}, "'seconds' must be number, at least 0.1 and at most 60, got 0"),
        ({"seconds": 61}, "at most 60, got 61"),
        ({"seconds": float("nan")}, "got nan"),
        ({"seconds": float("inf")}, "got inf"),
        ({"size": 0}, "'size' must be integer or null, at least 1, got 0"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_them(document: dict[str, Any], words: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        parse(Bounded, document)
    assert words in str(refusal.value)


def test_bounds_are_described() -> None:
    seconds, size = describe(Bounded)
    assert (seconds["minimum"], seconds["maximum"], size["minimum"]) == (0.1, 60, 1)
    assert "maximum" not in size
