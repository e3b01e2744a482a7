"""How e-mails, phones and names of properties are compared (contract section 3.2: P10, P18, P19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from customhouse_fakes.rally.profile import RallyProfile

Fold = Callable[[str], str]
_DIGITS = frozenset("0123456789")


def _as_it_is(text: str) -> str:
    return text


def _trimmed(text: str) -> str:
    return text.strip()


def _lower(text: str) -> str:
    return text.strip().lower()


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter in _DIGITS)


def _international(text: str) -> str:
    digits = _digits(text)
    return f"+{digits}" if digits and text.lstrip().startswith("+") else digits


EMAILS: dict[str, Fold] = {"insensitive": _lower, "exact": _as_it_is}
PHONES: dict[str, Fold] = {"digits": _international, "digits_only": _digits, "exact": _as_it_is}
NAMES: dict[str, Fold] = {"trimmed": _trimmed, "case_insensitive": _lower, "exact": _as_it_is}


@dataclass(frozen=True, slots=True)
class Matching:
    """Each makes of a text what is compared; an empty result means nobody."""

    email: Fold
    phone: Fold
    name: Fold

    @classmethod
    def of(cls, profile: RallyProfile) -> Matching:
        return cls(EMAILS[profile.email_matching], PHONES[profile.phone_matching], NAMES[profile.property_names])
