"""Profiles: the switches of a provider's undocumented or variable behaviour, typed, with defaults.

A profile is a frozen dataclass, and that is the data: this module is the interpreter that parses a JSON document into
it, and lists it for the provenance page. What each switch means, and how sure its default is, `profile.toml` says.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from .errors import ProfileError

P = TypeVar("P")
_SPELT: dict[Any, str] = {
    types.NoneType: "null",
    float: "number",
    int: "integer",
    bool: "true or false",
    str: "text",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of a number, both inclusive: `Annotated[int, Bounds(1)]` is at least 1."""

    minimum: float = -math.inf
    maximum: float = math.inf

    def given(self) -> dict[str, float]:
        """Those that there are."""
        return {name: bound for name, bound in dataclasses.asdict(self).items() if math.isfinite(bound)}


#: Seconds, and how many: nothing is less than none.
Seconds = Annotated[float, Bounds(0)]
Count = Annotated[int, Bounds(0)]
#: How many, where none would make no sense.
AtLeastOne = Annotated[int, Bounds(1)]


@dataclass(frozen=True, slots=True)
class _Switch:
    hint: Any
    default: Any
    bounds: Bounds

    def takes(self, value: Any) -> bool:
        """Whether the value is of the type, and within the bounds if it is a number."""
        number = isinstance(value, int | float)
        return _fits(value, self.hint) and (not number or self.bounds.minimum <= value <= self.bounds.maximum)

    def spelt(self) -> str:
        """What it takes, in words."""
        words = {"minimum": "at least", "maximum": "at most"}
        said = [f"{words[name]} {bound:g}" for name, bound in self.bounds.given().items()]
        return _spell(self.hint) + (", " + " and ".join(said) if said else "")


def parse(profile_type: type[P], document: object) -> P:
    """Build a profile from a JSON object; raises `ProfileError` naming every key that is wrong."""
    if not isinstance(document, dict):
        raise ProfileError(f"a profile is a JSON object of switches, got {type(document).__name__}")
    known = _switches(profile_type)
    problems = [f"{key!r} is no switch; there are: {', '.join(sorted(known))}" for key in document if key not in known]
    problems += [
        f"{key!r} must be {known[key].spelt()}, got {value!r}"
        for key, value in document.items()
        if key in known and not known[key].takes(value)
    ]
    if problems:
        raise ProfileError(f"{profile_type.__name__} was refused", problems=problems)
    return profile_type(**document)


def describe(profile_type: type) -> list[dict[str, Any]]:
    """Every switch as `{"name", "type", "default"}`, with `minimum` and `maximum` if it has such."""
    return [
        {"name": name, "type": _spell(one.hint), "default": one.default, **one.bounds.given()}
        for name, one in _switches(profile_type).items()
    ]


def _switches(profile_type: type) -> dict[str, _Switch]:
    hints = typing.get_type_hints(profile_type, include_extras=True)
    return {field.name: _switch(hints[field.name], field.default) for field in dataclasses.fields(profile_type)}


def _switch(hint: Any, default: object) -> _Switch:
    if typing.get_origin(hint) is Annotated:
        hint, bounds = typing.get_args(hint)
        return _Switch(hint, default, bounds)
    return _Switch(hint, default, Bounds())


def _fits(value: object, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return value in typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, part) for part in typing.get_args(hint))
    if hint is types.NoneType:
        return value is None
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _spell(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return " or ".join(repr(choice) for choice in typing.get_args(hint))
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_spell(part) for part in typing.get_args(hint))
    return _SPELT.get(hint, str(hint))
