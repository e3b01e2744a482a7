"""What the bodies of the client API say of a client (contract section 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .client import Source
from .fields import Fields

STANDARD_KEYS = ("first_name", "last_name", "email", "phone", "address")
NULLABLE_KEYS = ("last_name", "email", "phone", "address")
SOURCE_KEYS = {"source_name": "name", "source_url": "url", "source_campaign": "campaign", "source_channel": "channel"}


def read_client(body: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """The values that are there, as fields of `Client`. Custom values come as top-level keys: label, id or slug."""
    values: dict[str, Any] = {key: str(body[key]) for key in STANDARD_KEYS if body.get(key)}
    if source := {part: body[key] for key, part in SOURCE_KEYS.items() if body.get(key)}:
        values["source"] = Source(**source)
    if body.get("status"):
        values["customer_status"] = body["status"]
    if "opt_in" in body:
        values["opt_in"] = bool(body["opt_in"])
    if body.get("tags"):
        values["tags"] = tuple(tag.strip() for tag in str(body["tags"]).split(",") if tag.strip())
    if custom := _custom(body, fields):
        values["custom"] = custom
    return values


def _custom(body: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    found = {key: fields.find(key) for key in body if key not in STANDARD_KEYS}
    return {
        field.label: str(body[key])
        for key, field in found.items()
        if field is not None and field.slug is None and body[key] not in (None, "")
    }
