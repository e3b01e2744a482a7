"""The searchable fields: their type, the operators it has, and how to read one from a contact."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import Any

from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.attributes import Attributes
from customhouse_fakes.intercom.state.contact import Contact

CUSTOM = "custom_attributes."


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field. `standard` tells Intercom's own timestamps from date attributes: Preview does."""

    name: str
    type: str
    read: Callable[[Contact], Any]
    standard: bool = True


@cache
def document() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("fields.toml").read_text("utf-8"))


@cache
def operators(type: str) -> frozenset[str]:
    return frozenset(document()["operators"][type])


def field(name: object, attributes: Attributes, profile: IntercomProfile) -> Field:
    """The field of that name; refused if there is none, with the code that the profile says."""
    if isinstance(name, str):
        known = _standard().get(name)
        if known is not None:
            return known
        if name.startswith(CUSTOM):
            custom = _custom(name, attributes)
            if custom is not None:
                return custom
    if profile.search_unknown_field == "parameter_invalid":
        raise refuse("search_unknown_parameter", field=name)
    raise refuse("search_unknown_field", field=name)


def _custom(name: str, attributes: Attributes) -> Field | None:
    key = name.removeprefix(CUSTOM)
    attribute = attributes.find("contact", key)
    if attribute is None:
        return None
    type = document()["data_types"][attribute.data_type]
    return Field(name, type, lambda contact: contact.custom_attributes.get(key), standard=False)


@cache
def _standard() -> Mapping[str, Field]:
    return {name: Field(name, type, _reader(name)) for type, names in document()["fields"].items() for name in names}


def _reader(name: str) -> Callable[[Contact], Any]:
    if name in _DERIVED:
        return _DERIVED[name]
    if name in Contact.__dataclass_fields__:
        return attrgetter(name)
    return lambda contact: contact.seen.get(name)


_DERIVED: Mapping[str, Callable[[Contact], Any]] = {
    "owner_id": lambda c: None if c.owner_id is None else str(c.owner_id),
    "email_domain": lambda c: c.email.rpartition("@")[2].strip().lower() if c.email and "@" in c.email else None,
    "formatted_phone": lambda c: c.phone,
    "andoid_sdk_version": lambda c: c.seen.get("android_sdk_version"),
    "tag_id": lambda c: [t.tag for t in c.tags],
    "has_hard_bounced": lambda c: c.seen.get("has_hard_bounced", False),
    "marked_email_as_spam": lambda c: c.seen.get("marked_email_as_spam", False),
}
