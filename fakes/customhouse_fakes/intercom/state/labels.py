"""Tags, notes, subscription types and teammates: the small tables around contacts (contract section 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

Consent = Literal["opt_in", "opt_out"]


@dataclass(frozen=True, slots=True)
class Tag:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a contact; `body` is HTML."""

    id: str
    contact: str
    author: str
    body: str
    created_at: int


@dataclass(frozen=True, slots=True)
class SubscriptionType:
    """Something that contacts opt in to or out of."""

    id: str
    name: str
    consent_type: Consent
    content_types: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Admin:
    """A teammate."""

    id: str
    name: str
    email: str


R = TypeVar("R", Tag, Note, SubscriptionType, Admin)


@dataclass(slots=True)
class Numbered(Generic[R]):
    """Records by an id that counts up."""

    rows: dict[str, R] = field(default_factory=dict)
    last: int = 0

    def next_id(self) -> str:
        return str(self.last + 1)

    def put(self, row: R) -> R:
        self.rows[row.id] = row
        if row.id.isdecimal():
            self.last = max(self.last, int(row.id))
        return row

    def copy(self) -> Numbered[R]:
        return Numbered(self.rows.copy(), self.last)


def paragraph(text: str) -> str:
    """A note's body as Intercom stores it: wrapped in a paragraph unless it is one."""
    return text if text.startswith("<p>") else f"<p>{text}</p>"


def default_admin() -> Admin:
    return Admin("991267459", "Ciaran Lee", "admin1@example.com")


def default_subscriptions() -> list[SubscriptionType]:
    """What a fresh workspace offers: one type of each consent. Invented; ids as short as the vendor's."""
    return [
        SubscriptionType("1", "Newsletters", "opt_out", ("email",), "Product news"),
        SubscriptionType("2", "Text messages", "opt_in", ("sms_message",), "Short messages"),
    ]
