"""Profiles: the switches of a provider's undocumented or variable behaviour, typed, with defaults and grades.

A profile is a frozen dataclass whose fields are made by `switch`. The dataclass is the data; this module
is the interpreter that parses a JSON document into it and lists it for the provenance page.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from .errors import ProfileError

Grade = Literal["documented", "observed", "inferred", "invented"]
P = TypeVar("P")
_SPELT: dict[Any, str] = {
    types.NoneType: "null",
    float: "number",
    int: "integer",
    bool: "true or false",
    str: "text",
}


def switch(
    default: Any,
    *,
    doc: str,
    grade: Grade,
    source: str,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """A field of a profile. `grade` and `source` speak of the default, as in the contracts; bounds are inclusive."""
    bounds = {name: bound for name, bound in (("minimum", minimum), ("maximum", maximum)) if bound is not None}
    return dataclasses.field(default=default, metadata={"doc": doc, "grade": grade, "source": source, **bounds})


def parse(profile_type: type[P], document: object) -> P:
    """Build a profile from a JSON object; raises `ProfileError` naming every key that is wrong."""
    if not isinstance(document, dict):
        raise ProfileError(f"a profile is a JSON object of switches, got {type(document).__name__}")
    hints = typing.get_type_hints(profile_type)
    known = {f.name: f for f in dataclasses.fields(profile_type)}  # type: ignore[arg-type]  # P is any dataclass
    problems = [f"{key!r} is no switch; there are: {', '.join(sorted(known))}" for key in document if key not in known]
    problems += [
        f"{key!r} must be {_spell(hints[key])}{_spell_bounds(known[key].metadata)}, got {value!r}"
        for key, value in document.items()
        if key in known and not (_fits(value, hints[key]) and _within(value, known[key].metadata))
    ]
    if problems:
        raise ProfileError(f"{profile_type.__name__} was refused", problems=problems)
    return profile_type(**document)


def describe(profile_type: type) -> list[dict[str, Any]]:
    """Every switch as `{"name", "type", "default", "doc", "grade", "source"}`, with `minimum` and `maximum` if it has
    such."""
    hints = typing.get_type_hints(profile_type)
    return [
        {"name": f.name, "type": _spell(hints[f.name]), "default": f.default, **f.metadata}
        for f in dataclasses.fields(profile_type)
    ]


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


def _within(value: Any, metadata: Mapping[str, Any]) -> bool:
    if not isinstance(value, int | float):
        return True
    return bool(metadata.get("minimum", value) <= value <= metadata.get("maximum", value))


def _spell_bounds(metadata: Mapping[str, Any]) -> str:
    words = {"minimum": "at least", "maximum": "at most"}
    said = [f"{word} {metadata[name]:g}" for name, word in words.items() if name in metadata]
    return ", " + " and ".join(said) if said else ""


def _spell(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return " or ".join(repr(choice) for choice in typing.get_args(hint))
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_spell(part) for part in typing.get_args(hint))
    return _SPELT.get(hint, str(hint))
