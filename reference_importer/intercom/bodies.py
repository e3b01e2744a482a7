"""What is sent for a row, and whether what came back is what was sent."""

from __future__ import annotations

from typing import Any

from reference_importer.common.checkpoint import Row
from reference_importer.common.values import folded
from reference_importer.intercom.attributes import Plan

#: A contact's identity is never cleared because a source has none.
NEVER_CLEARED = ("external_id", "email")


def create_body(row: Row, plan: Plan) -> dict[str, Any]:
    """For POST /contacts. The role is always said: an app of API 1.x would otherwise make leads of users."""
    body = {name: value for name, value in _fields(row, plan).items() if value is not None}
    if "custom_attributes" in body:
        body["custom_attributes"] = {n: v for n, v in body["custom_attributes"].items() if v is not None}
    return body


def update_body(row: Row, plan: Plan) -> dict[str, Any]:
    """For PUT /contacts/{id}: a null of the source clears the field; what the source does not have is left alone."""
    return {name: value for name, value in _fields(row, plan).items() if value is not None or name not in NEVER_CLEARED}


def _fields(row: Row, plan: Plan) -> dict[str, Any]:
    fields = {"role": row.role, **row.payload}
    if row.role == "lead":
        fields.pop("external_id", None)  # Intercom ignores a lead's and makes its own (contracts, section 2.3)
    if "custom_attributes" in fields:
        fields["custom_attributes"] = plan.values(fields["custom_attributes"])
    return fields


def differences(sent: dict[str, Any], contact: dict[str, Any], types: Plan) -> list[str]:
    """Fields that Intercom stored differently from what was sent; what the answer does not show is not judged."""
    shown = [(name, value, contact[name]) for name, value in sent.items() if name in contact and name != "avatar"]
    kept = contact.get("custom_attributes")
    if isinstance(kept, dict):
        dates = {name for name, kind in types.types.items() if kind in ("date", "datetime")}
        custom = sent.get("custom_attributes", {}).items()
        shown += [(name, value, kept[name]) for name, value in custom if name in kept and name not in dates]
    return [name for name, value, there in shown if name != "custom_attributes" and not _same(name, value, there)]


def _same(name: str, sent: Any, stored: Any) -> bool:
    if sent in (None, "") or stored is None:
        return (sent or None) == (stored or None)
    if name == "email":
        return folded(str(sent)) == folded(str(stored))
    if name == "phone":
        return _digits(sent) == _digits(stored)
    if name == "owner_id":
        return str(sent) == str(stored)
    return bool(sent == stored)


def _digits(phone: Any) -> str:
    return "".join(one for one in str(phone) if one.isdigit()) or str(phone)
