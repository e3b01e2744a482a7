"""The fields of a business's client card: the standard ones and those that it has added."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from customhouse_fakes.intandem.errors import refuse

from .ids import Ids

TYPES = (
    "singleline", "name", "dropdown", "datepicker", "checkbox", "address", "identifier", "email", "firstname",
    "lastname", "phone", "opt-in", "status",
)  # fmt: skip
OBJECT_TYPES = ("contact", "matter")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `slug` is the inTandem name of a standard field, None for a custom one."""

    id: str
    label: str
    type: str
    object_type: str
    created_at: float
    slug: str | None = None
    forms: tuple[str, ...] = ("client_card",)
    default_value: Any = ""
    options: tuple[str, ...] = ()
    required: bool = False
    keep_asking: bool = False


class Fields:
    """The fields of one business, found by id, by slug or by label; labels are compared without case."""

    def __init__(self, rows: Mapping[str, Field] | None = None) -> None:
        self.by_id: dict[str, Field] = dict(rows or {})
        self._labels = {field.label.casefold(): field for field in self.by_id.values()}
        self._slugs = {field.slug: field for field in self.by_id.values() if field.slug}

    @classmethod
    def standard(cls, ids: Ids, now: float) -> Fields:
        """A business that has added nothing yet."""
        made = [
            Field(ids.record(), row["label"], row["type"], row["object_type"], now, slug=slug)
            for slug, row in standard().items()
        ]
        return cls({field.id: field for field in made})

    def __iter__(self) -> Iterator[Field]:
        return iter(self.by_id.values())

    def put(self, field: Field) -> Field:
        self.by_id[field.id] = field
        self._labels.setdefault(field.label.casefold(), field)
        if field.slug:
            self._slugs[field.slug] = field
        return field

    def slug(self, slug: str) -> Field | None:
        return self._slugs.get(slug)

    @property
    def matter_name(self) -> Field:
        """The field that names a matter; every business has it."""
        return self._slugs["matter_name"]

    def find(self, name: str) -> Field | None:
        """The field that somebody means by a slug, an id or a label (section 1.2: which is meant is unknown)."""
        return self._slugs.get(name) or self.by_id.get(name) or self._labels.get(name.strip().casefold())

    def create(self, body: Mapping[str, Any], ids: Ids, now: float) -> Field:
        """A custom field out of the body of `POST /platform/v1/fields`; raises `field_invalid`."""
        label, type_ = body.get("label"), body.get("type")
        object_type = body.get("object_type", "matter")
        if not isinstance(label, str) or not label.strip():
            raise refuse("field_invalid", problem="label can't be blank")
        if type_ not in TYPES:
            raise refuse("field_invalid", problem=f"type must be one of {', '.join(TYPES)}")
        if object_type not in OBJECT_TYPES:
            raise refuse("field_invalid", problem="object_type must be contact or matter")
        return self.put(
            Field(
                id=ids.record(),
                label=label,
                type=type_,
                object_type=object_type,
                created_at=now,
                forms=tuple(body.get("forms") or ("client_card",)),
                default_value=body.get("default_value") or "",
                options=tuple(body.get("options") or ()),
                required=bool(body.get("required")),
                keep_asking=bool(body.get("keep_asking")),
            )
        )

    def copy(self) -> Fields:
        return Fields(self.by_id)


@cache
def standard() -> dict[str, dict[str, str]]:
    """`standard_fields.toml`: slug -> label, type, object_type."""
    return tomllib.loads(files(__package__).joinpath("standard_fields.toml").read_text("utf-8"))
