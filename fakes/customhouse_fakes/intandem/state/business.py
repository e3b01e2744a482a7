"""A business and its staff member."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .fields import Fields


@dataclass(slots=True)
class Business:
    """One business with one staff member, its owner."""

    uid: str
    name: str
    staff_uid: str
    staff_email: str
    created_at: float
    fields: Fields

    def copy(self) -> Business:
        return replace(self, fields=self.fields.copy())
