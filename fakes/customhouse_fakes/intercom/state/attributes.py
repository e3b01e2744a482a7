"""Data attributes: their definition, and what a value must be to be stored (contract section 4)."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.errors import json_kind, refuse
from customhouse_fakes.intercom.profile import IntercomProfile

Model = Literal["contact", "company"]
DataType = Literal["string", "integer", "float", "boolean", "date"]

MAX_CUSTOM = 250
MAX_TEXT = 255
MODEL_WORDS: Mapping[str, str] = {"contact": "people", "company": "company"}
# data_type as asked for -> as stored. A list is asked for as "options", or as a string with options (up to 2.10).
DATA_TYPES: Mapping[str, DataType] = {
    "string": "string",
    "options": "string",
    "integer": "integer",
    "float": "float",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
}
# data_type -> Python types of its values, and how a refusal spells them.
VALUE_TYPES: Mapping[DataType, tuple[frozenset[type], str]] = {
    "string": (frozenset({str}), "a string"),
    "integer": (frozenset({int}), "an integer"),
    "float": (frozenset({int, float}), "a number"),
    "boolean": (frozenset({bool}), "true or false"),
    "date": (frozenset({int}), "a Unix timestamp in seconds (integer)"),
}


@dataclass(frozen=True, slots=True)
class StandardAttribute:
    """An attribute that every workspace has."""

    model: Model
    name: str
    full_name: str
    label: str
    data_type: DataType
    api_writable: bool


@dataclass(frozen=True, slots=True)
class DataAttribute:
    """A custom attribute. `options` is empty unless it is a list; `in_use` says that something depends on it."""

    id: int
    name: str
    model: Model
    data_type: DataType
    created_at: int
    updated_at: int
    admin_id: str
    options: tuple[str, ...] = ()
    description: str = ""
    messenger_writable: bool = False
    archived: bool = False
    in_use: bool = False


@cache
def standard() -> tuple[StandardAttribute, ...]:
    text = files(__package__).joinpath("standard_attributes.toml").read_text("utf-8")
    return tuple(StandardAttribute(**row) for row in tomllib.loads(text)["attribute"])


@cache
def _standard_names() -> frozenset[tuple[str, str]]:
    return frozenset((a.model, name) for a in standard() for name in (a.name, a.label))


class Attributes:
    """The custom attributes of a workspace, by id and by name."""

    __slots__ = ("_by_id", "_by_name", "_last_id", "_profile")

    def __init__(self, profile: IntercomProfile) -> None:
        self._profile = profile
        self._by_id: dict[int, DataAttribute] = {}
        self._by_name: dict[tuple[str, str], DataAttribute] = {}
        self._last_id = 0

    def create(self, body: Mapping[str, Any], *, now: int, admin_id: str) -> DataAttribute:
        """Define an attribute from a request body; refused in the order in which Intercom's examples are."""
        model, name = _model(body.get("model")), body.get("name")
        if not isinstance(name, str) or not _name_is_valid(name):
            raise refuse("attribute_name_invalid", name=name)
        self._require_new(model, name)
        asked = body.get("data_type")
        if not isinstance(asked, str) or asked not in DATA_TYPES:
            raise refuse("attribute_type", data_type=asked)
        options = body.get("options", [] if asked == "options" else None)
        if self.active_count() >= MAX_CUSTOM:
            raise refuse("attribute_limit")
        return self.put(
            DataAttribute(
                id=self.next_id(),
                name=name,
                model=model,
                data_type=DATA_TYPES[asked],
                created_at=now,
                updated_at=now,
                admin_id=admin_id,
                options=() if options is None else _options(options),
                description=body.get("description") or "",
                messenger_writable=bool(body.get("messenger_writable")),
            )
        )

    def update(self, id: int, body: Mapping[str, Any], *, now: int) -> DataAttribute:
        """Change options, description, archived and messenger_writable; a data_type in the body has no effect."""
        old = self._by_id.get(id)
        if old is None:
            raise refuse("attribute_not_found", id=id)
        if body.get("archived") and old.in_use:
            raise refuse("attribute_in_use")
        changes: dict[str, Any] = {
            key: body[key] for key in ("archived", "description", "messenger_writable") if body.get(key) is not None
        }
        if body.get("options") is not None:
            changes["options"] = _options(body["options"])
        return self.put(replace(old, **changes, updated_at=now))

    def put(self, attribute: DataAttribute) -> DataAttribute:
        self._by_id[attribute.id] = attribute
        self._by_name[attribute.model, attribute.name] = attribute
        self._last_id = max(self._last_id, attribute.id)
        return attribute

    def next_id(self) -> int:
        return self._last_id + 1

    def find(self, model: Model, name: str) -> DataAttribute | None:
        return self._by_name.get((model, name))

    def listed(self, model: str | None, *, archived: bool) -> Iterator[StandardAttribute | DataAttribute]:
        """Standard attributes first, then custom ones; archived ones only if asked for."""
        yield from (a for a in standard() if model in (None, a.model))
        yield from (a for a in self if model in (None, a.model) and (archived or not a.archived))

    def __iter__(self) -> Iterator[DataAttribute]:
        return iter(self._by_id.values())

    def active_count(self) -> int:
        return sum(not a.archived for a in self)

    def check_values(self, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as they are stored; refuses unknown attributes and values of the wrong type."""
        return {name: self._stored(model, name, value) for name, value in values.items()}

    def copy(self) -> Attributes:
        twin = Attributes(self._profile)
        twin._by_id = self._by_id.copy()
        twin._by_name = self._by_name.copy()
        twin._last_id = self._last_id
        return twin

    def _require_new(self, model: Model, name: str) -> None:
        wanted = MODEL_WORDS[model]
        if (model, name) in _standard_names():
            raise refuse("attribute_name_standard", name=name, wanted=wanted)
        for other in (model, "company" if model == "contact" else "contact"):
            holder = self._by_name.get((other, name))
            if holder is not None and not (holder.archived and self._profile.archived_attribute_name == "free"):
                raise refuse("attribute_name_taken", name=name, taken=MODEL_WORDS[other], wanted=wanted)

    def _stored(self, model: Model, name: str, value: Any) -> Any:
        attribute = self._by_name.get((model, name))
        if attribute is None:
            raise refuse("attribute_missing", name=name, problem=f"No {model} attribute {name!r} is defined")
        if attribute.archived and self._profile.archived_attribute_write == "refuse":
            raise refuse("attribute_missing", name=name, problem=f"The {model} attribute {name!r} is archived")
        if value is None:
            return None
        types, expected = VALUE_TYPES[attribute.data_type]
        if type(value) not in types:
            raise _wrong_type(name, value, expected)
        return self._text(attribute, value) if isinstance(value, str) else value

    def _text(self, attribute: DataAttribute, value: str) -> str:
        if attribute.options and self._profile.validate_list_values and value not in attribute.options:
            raise refuse("attribute_value_not_option", name=attribute.name)
        if len(value) <= MAX_TEXT:
            return value
        if self._profile.strict_values:
            raise refuse("attribute_value_too_long", name=attribute.name, length=len(value))
        return value[:MAX_TEXT]


def _wrong_type(name: str, value: Any, expected: str) -> VendorError:
    kind = json_kind(value)
    if isinstance(value, dict | list):
        return refuse("attribute_value_nested", name=name, kind=kind)
    return refuse("attribute_value_type", name=name, expected=expected, kind=kind)


def _model(value: object) -> Model:
    if value == "contact":
        return "contact"
    if value == "company":
        return "company"
    raise refuse("attribute_model", model=value)


def _name_is_valid(name: str) -> bool:
    return bool(name) and all(c.isalnum() or c in "-_ " or unicodedata.category(c) == "Sc" for c in name)


def _options(options: object) -> tuple[str, ...]:
    if not isinstance(options, list):
        raise refuse("attribute_options_no_array")
    values = tuple(str(o["value"] if isinstance(o, dict) and "value" in o else o) for o in options)
    if len(values) < 2:
        raise refuse("attribute_few_options", count=len(values))
    return values
