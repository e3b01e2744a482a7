"""How each provider names people: in its export, and in the rows of a source. Data; `store` reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def fold(email: object) -> str:
    """An e-mail as identities compare it."""
    return str(email or "").strip().casefold()


def digits(phone: object) -> str:
    """A phone number as identities compare it: without all that people write between its digits."""
    return "".join(char for char in str(phone or "") if char.isdigit())


def _each(one: Callable[[object], str]) -> Callable[[Any], list[str]]:
    """The same of a list, whose order says nothing."""
    return lambda values: sorted(one(value) for value in values or ())


@dataclass(frozen=True, slots=True)
class Shape:
    """How a provider's export names its people, and which field means what."""

    kind: str
    id: str = "external_id"
    email: str = "email"
    role: str = "role"
    #: The field that holds what users defined themselves, by name.
    attributes: str = "custom_attributes"
    #: Fields without which the vendor takes nobody: rows that lack one are not wanted in the store.
    required: tuple[str, ...] = ()
    #: Roles whose people have no identity of their own at the vendor: matched by what they say, not by id.
    anonymous: tuple[str, ...] = ()
    #: What a field of the export is called in a row, where the two differ.
    words: Mapping[str, str] = field(default_factory=dict)
    #: What tells people apart who have no id, first come first: a field, or the name of an attribute.
    identifiers: tuple[str, ...] = ("email",)
    #: Fields whose spelling is the importer's own affair, and what is compared of them.
    folds: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    #: A field by which people say that they want no mail: a row that says they do has no say in it.
    opt_out: str | None = None


SHAPES: Mapping[str, Shape] = {
    "intercom": Shape("contact", anonymous=("lead",)),
    "intandem": Shape("client", required=("first_name",)),
    "rally": Shape(
        "person",
        attributes="properties",
        words={
            "personId": "id",
            "firstName": "first_name",
            "lastName": "last_name",
            "isOptedOut": "opted_out",
            "lastContactDate": "last_contact_date",
            "additionalEmails": "additional_emails",
            "additionalPhones": "additional_phones",
            "updatedAt": "updated_at",
            "updatedBy": "updated_by",
        },
        identifiers=("email", "phone", "Customer ID"),
        folds={
            "email": fold,
            "phone": digits,
            "additional_emails": _each(fold),
            "additional_phones": _each(digits),
        },
        opt_out="opted_out",
    ),
}
