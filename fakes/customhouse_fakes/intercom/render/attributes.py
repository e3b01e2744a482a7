"""Data attributes (contract section 4)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.intercom.state.attributes import DataAttribute, StandardAttribute

Json = dict[str, Any]


def data_attribute(record: StandardAttribute | DataAttribute) -> Json:
    """An attribute; `description` and `options` are absent when empty, ids and stamps on custom ones only."""
    if isinstance(record, StandardAttribute):
        return {
            "type": "data_attribute",
            "name": record.name,
            "full_name": record.full_name,
            "label": record.label,
            "data_type": record.data_type,
            "api_writable": record.api_writable,
            "ui_writable": False,
            "messenger_writable": True,
            "custom": False,
            "archived": False,
            "model": record.model,
        }
    body: Json = {
        "id": record.id,
        "type": "data_attribute",
        "name": record.name,
        "full_name": f"custom_attributes.{record.name}",
        "label": record.name,
        "description": record.description or None,
        "data_type": record.data_type,
        "options": list(record.options) or None,
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": record.messenger_writable,
        "custom": True,
        "archived": record.archived,
        "admin_id": record.admin_id,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "model": record.model,
    }
    return {key: value for key, value in body.items() if value is not None}
