"""From the JSON of a search to a checked tree of filters, and from that to one predicate.

The rules (operators by type, two levels, 15 filters a group, whole days) are contract section 3.
"""

from __future__ import annotations

import operator as compare
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.attributes import Attributes
from customhouse_fakes.intercom.state.contact import Contact

from .days import Days
from .fields import Field, field, operators

GROUP_OPERATORS = frozenset({"AND", "OR"})
MAX_FILTERS = 15
MAX_LEVELS = 2
# Where the profile accepts deeper ones: what the interpreter's stack carries with ease.
DEEPEST = 50
EPOCH = re.compile(r"-?[0-9]{1,18}")
# Seconds from 1970 that a calendar can hold in every zone: about the years 881 to 3058.
FARTHEST = 1 << 35
Predicate = Callable[[Contact], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """`field operator value`, its value already of the field's type."""

    field: Field
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Filters and groups joined by AND or OR."""

    operator: str
    parts: tuple[Node, ...]


Node = Filter | Group


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads queries as strictly as the profile wants."""

    profile: IntercomProfile
    attributes: Attributes

    def read(self, query: object, *, level: int = 1) -> Node:
        """The checked tree of a `query`; whatever the vendor would not run is refused."""
        if not isinstance(query, dict):
            raise refuse("search_query_shape", problem="a query is an object")
        operator, value = query.get("operator"), query.get("value")
        if "field" in query:
            return self._filter(field(query["field"], self.attributes, self.profile), operator, value)
        if not isinstance(operator, str) or operator not in GROUP_OPERATORS:
            raise refuse("search_query_shape", problem="a filter needs field, operator and value")
        if not isinstance(value, list) or not value:
            raise refuse("search_query_shape", problem=f"the value of {operator} is a list of filters")
        self._check_limits(len(value), level)
        return Group(operator, tuple(self.read(part, level=level + 1) for part in value))

    def _check_limits(self, filters: int, level: int) -> None:
        strict = self.profile.search_limits == "refuse"
        if strict and filters > MAX_FILTERS:
            raise refuse("search_too_many_filters", count=filters)
        if level > (MAX_LEVELS if strict else DEEPEST):
            raise refuse("search_too_deep")

    def _filter(self, field: Field, operator: Any, value: Any) -> Filter:
        if isinstance(operator, str) and operator in GROUP_OPERATORS:
            raise refuse("search_group_operator_on_field")
        if not isinstance(operator, str) or operator not in operators(field.type):
            if self.profile.search_bad_operator == "server_error":
                raise refuse("search_operator_failed", operator=operator, type=field.type)
            raise refuse("search_operator", operator=operator, type=field.type, field=field.name)
        if operator in ("IN", "NIN"):
            if not isinstance(value, list):
                raise refuse("search_value", field=field.name, expected="an array", type=field.type)
            return Filter(field, operator, tuple(_typed(field, item) for item in value))
        return Filter(field, operator, _typed(field, value))


def _typed(field: Field, value: Any) -> Any:
    convert, expected = VALUES[field.type]
    if value is None and field.type != "date":
        return None
    typed = convert(value)
    if typed is None:
        raise _misfit(field, expected)
    return typed


def _misfit(field: Field, expected: str) -> VendorError:
    return refuse("search_value", field=field.name, expected=expected, type=field.type)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _epoch(value: Any) -> int | None:
    """Seconds, as a number or as digits: the vendor's own example sends a string."""
    if isinstance(value, str) and EPOCH.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < FARTHEST else None


VALUES: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "string": (_text, "a string"),
    "tag": (_text, "the id of a tag"),
    "boolean": (_boolean, "true or false"),
    "integer": (_number, "a number"),
    "date": (_epoch, "a Unix timestamp in seconds"),
}


# ---- to one predicate ----


def predicate(node: Node, days: Days, fold_email: Callable[[str], str]) -> Predicate:
    """A function that tells whether a contact matches."""
    if isinstance(node, Group):
        parts = [predicate(part, days, fold_email) for part in node.parts]
        if node.operator == "AND":
            return lambda contact: all(part(contact) for part in parts)
        return lambda contact: any(part(contact) for part in parts)
    return _leaf(node, days, fold_email)


def _leaf(node: Filter, days: Days, fold_email: Callable[[str], str]) -> Predicate:
    read, value = node.field.read, node.value
    if node.field.type == "date":
        return _dated(read, days.test(node.operator, value, standard=node.field.standard))
    if node.field.type == "tag":
        wanted = node.operator == "="
        return lambda contact: (value in read(contact)) is wanted
    if node.field.name == "email":
        read, value = _folded(read, value, fold_email)
    if node.operator in SUBSTRING:
        return _substring(read, *SUBSTRING[node.operator], value or "")
    if node.operator in ORDERED:
        return _ordered(read, ORDERED[node.operator], value)
    return _membership(read, value if isinstance(value, tuple) else (value,), node.operator in ("=", "IN"))


def _dated(read: Callable[[Contact], Any], test: Callable[[int], bool]) -> Predicate:
    def matches(contact: Contact) -> bool:
        at = read(contact)
        return at is not None and test(at)

    return matches


def _folded(
    read: Callable[[Contact], Any], value: Any, fold: Callable[[str], str]
) -> tuple[Callable[[Contact], Any], Any]:
    def folded(item: Any) -> Any:
        return fold(item) if isinstance(item, str) else item

    return lambda contact: folded(read(contact)), tuple(map(folded, value)) if isinstance(value, tuple) else folded(
        value
    )


def _substring(read: Callable[[Contact], Any], test: Callable[[str, str], bool], wanted: bool, part: str) -> Predicate:
    return lambda contact: test(read(contact) or "", part) is wanted


def _ordered(read: Callable[[Contact], Any], test: Callable[[Any, Any], bool], bound: Any) -> Predicate:
    def matches(contact: Contact) -> bool:
        value = read(contact)
        return value is not None and bound is not None and test(value, bound)

    return matches


def _membership(read: Callable[[Contact], Any], values: Sequence[Any], wanted: bool) -> Predicate:
    """An empty text and null are the same to a search, as they are to importers (contract section 9, row 21)."""
    members = frozenset(None if value == "" else value for value in values)
    return lambda contact: ((None if (value := read(contact)) == "" else value) in members) is wanted


SUBSTRING: Mapping[str, tuple[Callable[[str, str], bool], bool]] = {
    "~": (compare.contains, True),
    "!~": (compare.contains, False),
    "^": (str.startswith, True),
    "$": (str.endswith, True),
}
ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": compare.lt,
    ">": compare.gt,
    "<=": compare.le,
    ">=": compare.ge,
}
