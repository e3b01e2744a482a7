"""Reading a contact from a request body: the rules for each key (contract sections 2.3 and 2.5).

`READERS` says how each key is read and `NULLS` what null means for it; the rest is a loop over the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.intercom.errors import json_kind, refuse
from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.versions import Version

from .attributes import MAX_TEXT, Attributes
from .contact import Contact, Role

# Seconds of the year 5138: whatever is larger was meant as milliseconds.
FIRST_MILLISECONDS = 100_000_000_000
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9 ().\-]{5,}")
LEADS_DROP = ("external_id", "signed_up_at", "last_seen_at")
_KEEP = object()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a value is judged by: the workspace's switches, attributes and teammates."""

    profile: IntercomProfile
    attributes: Attributes
    admins: Mapping[str, Any]


def read_new(rules: Rules, body: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """The fields of a contact to be created, `role` always among them."""
    if version.has("leads_only"):
        body = {key: value for key, value in body.items() if key not in LEADS_DROP} | {"role": "lead"}
    if all(body.get(key) is None for key in ("email", "external_id", "role")):
        raise refuse("nothing_to_create")
    role = _role(rules, body.get("role")) or "user"
    fields = _fields(rules, body, version, role, cleared_email=None)
    fields["role"] = role
    if role == "user" and not (fields.get("email") or fields.get("external_id")):
        _refuse_anonymous(rules.profile)
    return fields


def read_changes(rules: Rules, contact: Contact, body: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """The fields that an update changes. A lead may become a user, never the other way round."""
    role = _role(rules, body.get("role")) or contact.role
    if contact.role == "user" and role == "lead":
        raise refuse("user_to_lead")
    fields = _fields(rules, body, version, role, cleared_email="" if role == "user" else None)
    if role != contact.role:
        fields["role"] = role
    if "custom_attributes" in fields:
        fields["custom_attributes"] = {**contact.custom_attributes, **fields["custom_attributes"]}
    return fields


def _fields(
    rules: Rules, body: Mapping[str, Any], version: Version, role: Role, *, cleared_email: str | None
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in body.items():
        reader = READERS.get(key)
        if reader is None:
            _unknown(rules, key)
        elif value is not None:
            fields[key] = reader(rules, key, value)
        elif (null := cleared_email if key == "email" else NULLS.get(key, _KEEP)) is not _KEEP:
            fields[key] = null
    if "email_verified" in fields:
        _check_email_verified(fields, version)
    if role == "lead":
        # A lead's external_id is the server's (REC): what the client sends is not even an error.
        fields.pop("external_id", None)
    if "language_override" in fields and not version.has("language_override_writable"):
        del fields["language_override"]
    fields.pop("role", None)
    return fields


def _unknown(rules: Rules, key: str) -> None:
    if rules.profile.unknown_keys == "refuse":
        raise refuse("unknown_parameter", field=key)


def _refuse_anonymous(profile: IntercomProfile) -> None:
    if profile.user_without_identity == "refuse":
        raise refuse("user_without_identity")


def _check_email_verified(fields: dict[str, Any], version: Version) -> None:
    del fields["email_verified"]
    if version.has("email_verified") and not fields.get("email"):
        raise refuse("email_verified_without_email")


def _role(rules: Rules, value: object) -> Role | None:
    if value is None:
        return None
    if value in ("user", "lead"):
        return "lead" if value == "lead" else "user"
    if not isinstance(value, str):
        raise _bad("role", value, "a string")
    if rules.profile.invalid_role == "refuse":
        raise refuse("invalid_role", role=value)
    return "user"


# ---- one reader for each kind of value ----


def _text(rules: Rules, field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(field, value, "a string")
    if rules.profile.strict_values and len(value) > MAX_TEXT:
        raise refuse("too_long", field=field)
    return value


def _email(rules: Rules, field: str, value: Any) -> str:
    text = _text(rules, field, value)
    if rules.profile.strict_values and text and not EMAIL.fullmatch(text.strip()):
        raise refuse("invalid_email")
    return text


def _phone(rules: Rules, field: str, value: Any) -> str:
    text = _text(rules, field, value)
    if rules.profile.strict_values and text and not PHONE.fullmatch(text.strip()):
        raise refuse("invalid_phone")
    return text


def _external_id(rules: Rules, field: str, value: Any) -> str | None:
    """Text, or a number that is kept as text (the tutorial sends numbers). An empty one is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(int(value)) if value == value // 1 else str(value)
    return _text(rules, field, value) or None


def _timestamp(rules: Rules, field: str, value: Any) -> int:
    kind = json_kind(value)
    if kind == "Integer" and abs(value) < FIRST_MILLISECONDS:
        return int(value)
    if rules.profile.timestamp_message == "bad_request":
        raise refuse("old_bad_timestamp", field=_OLD_NAMES[field])
    raise refuse("millisecond_timestamp" if kind == "Integer" else "bad_timestamp", field=field, kind=kind)


def _owner(rules: Rules, field: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _bad(field, value, "the id of an admin")
    if str(value) not in rules.admins:
        raise refuse("owner_not_member", owner=value)
    return int(value)


def _flag(_rules: Rules, field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad(field, value, "true or false")
    return value


def _custom_attributes(rules: Rules, field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(field, value, "an object")
    return rules.attributes.check_values("contact", value)


def _checked_elsewhere(_rules: Rules, _field: str, value: Any) -> Any:
    return value


def _bad(field: str, value: object, expected: str) -> VendorError:
    return refuse("bad_value", field=field, expected=expected, kind=json_kind(value))


# The older messages speak of attributes by the names they had in API 1.x.
_OLD_NAMES = {"signed_up_at": "remote_created_at", "last_seen_at": "last_request_at"}
READERS: Mapping[str, Callable[[Rules, str, Any], Any]] = {
    "role": _checked_elsewhere,
    "external_id": _external_id,
    "email": _email,
    "email_verified": _flag,
    "phone": _phone,
    "name": _text,
    "avatar": _text,
    "signed_up_at": _timestamp,
    "last_seen_at": _timestamp,
    "owner_id": _owner,
    "unsubscribed_from_emails": _flag,
    "language_override": _text,
    "custom_attributes": _custom_attributes,
}
# What a null does; keys that are not listed are left alone by null (external_id: REC).
NULLS: Mapping[str, None] = dict.fromkeys(
    ("phone", "name", "avatar", "signed_up_at", "last_seen_at", "owner_id", "language_override")
)
