"""`fields_mapping` compiled: which key of a record goes where (contract section 1.2, first reading).

Keys are inTandem's field names, values the labels that the business shows. Either side may hold a slug, an id or a
label; what means no field is ignored, and listed.
"""

from __future__ import annotations

from collections.abc import Mapping as Document
from dataclasses import dataclass
from typing import Any

from .fields import Field, Fields

# Understood in records whether mapped or not: mandatory, and handed back in webhooks.
ALWAYS = ("first_name", "external_id")


@dataclass(frozen=True, slots=True)
class Mapping:
    """`standard` and `custom`: key of a record -> slug or label; `matter`: key -> field id; `ignored`: keys."""

    standard: tuple[tuple[str, str], ...]
    custom: tuple[tuple[str, str], ...]
    matter: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Every key of a record that is looked at."""
        return frozenset(key for pairs in (self.standard, self.custom, self.matter) for key, _ in pairs) | {*ALWAYS}


def compile_mapping(document: Document[str, Any], fields: Fields, now: float, lag_s: float = 0.0) -> Mapping:
    """Resolve a `fields_mapping`. Fields younger than `lag_s` seconds do not exist yet (contract section 3.2)."""
    found = {key: _resolve(key, label, fields, now - lag_s) for key, label in document.items()}
    standard = {
        key: field.slug for key, field in found.items() if field and field.slug and field.object_type == "contact"
    }
    standard.setdefault("first_name", "first_name")
    return Mapping(
        standard=tuple((key, str(slug)) for key, slug in standard.items()),
        custom=tuple((key, field.label) for key, field in found.items() if field and _is_custom(field)),
        matter=tuple((key, field.id) for key, field in found.items() if field and field.object_type == "matter"),
        ignored=tuple(key for key, field in found.items() if field is None and key not in ALWAYS),
    )


def _resolve(key: str, label: Any, fields: Fields, visible_until: float) -> Field | None:
    """The field: by the key if that is a standard name, else by the label, else by the key however it is meant."""
    field = fields.slug(key) or (fields.find(label) if isinstance(label, str) else None) or fields.find(key)
    return field if field and (field.slug or field.created_at <= visible_until) else None


def _is_custom(field: Field) -> bool:
    return field.slug is None and field.object_type == "contact"
