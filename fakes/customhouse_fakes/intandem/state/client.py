"""What a client and a matter are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The one empty mapping that all records share."""
    return _NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a client came from, as the business sees it."""

    name: str | None = None
    url: str | None = None
    campaign: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One version of one client; an update makes a new one. Times are epoch seconds; absent texts are None.

    `custom` holds values by the field's label. `created_by` is `api`, `seed` or `import:<session>`.
    """

    id: str
    business_uid: str
    first_name: str
    created_at: float
    updated_at: float
    created_by: str
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    external_id: Any = None
    custom: Mapping[str, Any] = field(default_factory=nothing)
    tags: tuple[str, ...] = ()
    source: Source = field(default_factory=Source)
    customer_status: str = "lead"
    opt_in: bool = False
    deleted: bool = False

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(frozen=True, slots=True, eq=False)
class Matter:
    """What a business does for a client. `values` are (field id, value) pairs beside the name."""

    uid: str
    client_id: str
    name: str
    created_at: float
    values: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    note: str | None = None
