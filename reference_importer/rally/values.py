"""Values on their way from a source cell to a person's field or property.

What can be converted without loss is converted; what cannot rejects its row, with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from reference_importer.common.errors import RowError
from reference_importer.common.values import boolean, text, written

SEPARATOR = ";"
"""Between the items of a list in one CSV cell."""

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z", re.ASCII)
LONGEST_NUMBER = 16
"""Characters of a NUMBER (contract, section 3.1)."""
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ][0-9].*)?\Z", re.ASCII)
AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z", re.ASCII)


class Dates:
    """Calendar days. A day has no zone: whatever zone a moment is written in, its day is the one that is written."""

    def day(self, value: Any) -> str:
        """YYYY-MM-DD from ISO 8601, with or without a time, or from MM/DD/YYYY (the form of Rally's CSV door)."""
        found = value.strip() if isinstance(value, str) else ""
        if american := AMERICAN.match(found):
            month, day, year = american.groups()
            found = f"{year}-{month:0>2}-{day:0>2}"
        if iso := DAY.match(found):
            try:
                datetime.fromisoformat(found)
                return date.fromisoformat(iso[1]).isoformat()
            except ValueError:
                pass
        raise RowError(f"{value!r} is no day. Expected YYYY-MM-DD.", "wrong_type")


class Phones:
    """Phone numbers, however they are written: for telling whether two of them are one."""

    def __init__(self, country_code: str = "1") -> None:
        self._country_code = country_code

    def international(self, phone: str) -> str:
        """+ and digits; a number of ten digits without a + is taken for one of the own country."""
        digits = "".join(one for one in phone if one.isascii() and one.isdigit())
        if not digits:
            return phone.strip()
        national = len(digits) == 10 and not phone.lstrip().startswith("+")
        return f"+{self._country_code if national else ''}{digits}"


def texts(value: Any) -> list[str]:
    """A list of texts; a single text is its items, joined by semicolons."""
    if isinstance(value, str):
        value = [item.strip() for item in value.split(SEPARATOR) if item.strip()]
    if not isinstance(value, list):
        raise RowError(f"expected a list of texts, got {value!r}. Correct the row.", "wrong_type")
    return [text(item) for item in value]


def flag(value: Any) -> bool:
    """true or false."""
    found = boolean(value.strip() if isinstance(value, str) else value)
    if not isinstance(found, bool):
        raise RowError(f"expected true or false, got {value!r}. Correct the row.", "wrong_type")
    return found


def number(value: Any) -> int | float:
    """A number, also as text if it is spelt as a number: 012 is a text, and would come back as 12."""
    spelt = value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool) or not NUMBER.match(spelt):
        raise RowError(f"{value!r} is no number. Correct the row.", "wrong_type")
    if len(spelt) > LONGEST_NUMBER:
        raise RowError(f"{spelt} has more than {LONGEST_NUMBER} characters, which Rally does not take.", "wrong_type")
    if not isinstance(value, str):
        found: int | float = value
        return found
    return float(value) if "." in value else int(value)


def words(value: Any) -> str:
    """Text; numbers and truth values as they are written."""
    found = written(value)
    if not isinstance(found, str):
        raise RowError(f"expected text, got {value!r}. Correct the row.", "wrong_type")
    return found


#: By property type; days and options need more than the value (see records.py).
AS_TYPE: dict[str, Callable[[Any], Any]] = {
    "STRING": words,
    "NUMBER": number,
    "BOOLEAN": flag,
    "LOCATION": words,
    "SINGLE_SELECT": words,
    "MULTI_SELECT": texts,
}

TYPES = (*AS_TYPE, "DATETIME")

#: Source column → field of a person (contract, section 3.1), and what becomes of the value.
FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "email": ("email", text),
    "phone": ("phone", text),
    "first_name": ("firstName", text),
    "last_name": ("lastName", text),
    "opted_out": ("isOptedOut", flag),
    "last_contact_date": ("lastContactDate", text),
    "additional_emails": ("additionalEmails", texts),
    "additional_phones": ("additionalPhones", texts),
}
