"""A person, and the reason why one could not be imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One version of a person; an update makes a new one. Times are epoch seconds; absent texts are None.

    `number` counts people in order of creation. `values` holds what is stored by property id (`values.py` says in which
    form). `created_by` and `updated_by` are `seed`, `api` or `import:<importId>`.
    """

    id: str
    number: int
    created_at: float
    updated_at: float
    created_by: str
    updated_by: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_opted_out: bool = False
    last_contact_date: str | None = None
    additional_emails: tuple[str, ...] = ()
    additional_phones: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=_nothing)
    populations: tuple[str, ...] = ()
    deleted: bool = False


class RecordError(Exception):
    """Why one record of a request cannot be imported; the others are."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that was not imported. `index` counts from 0 in the request; `person_id` is that of a known person."""

    index: int
    reason: str
    email: str | None = None
    phone: str | None = None
    person_id: str | None = None
