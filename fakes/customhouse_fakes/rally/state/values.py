"""Values by the type of their property (contract section 3.3): from the wire into the store and back.

Stored are: text; int or float; `YYYY-MM-DD`; bool; the id of an option; a tuple of such ids; text for a location.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from customhouse_fakes.rally.profile import RallyProfile

from .person import RecordError
from .properties import Properties, Property

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
WORDS = {"true": True, "false": False}


def is_blank(raw: Any) -> bool:
    """null, "" or an empty list (contract section 3.2, P7)."""
    return raw is None or raw in ("", [])


class Values:
    """Reads and shows values by one workspace's rules. An option may come to be by being read."""

    def __init__(self, profile: RallyProfile, properties: Properties) -> None:
        self._profile = profile
        self._properties = properties
        self._coerces = profile.number_mismatch == "coerced"

    def read(self, property: Property, raw: Any) -> Any:
        """What is stored for a value that is not blank; raises `RecordError`."""
        try:
            return READERS[property.type](self, property, raw)
        except RecordError as problem:
            raise RecordError(f"{property.name}: {problem}") from None

    def show(self, property: Property, stored: Any) -> Any:
        """A stored value on the wire: options by name; None when its option was deleted."""
        if property.type == "SINGLE_SELECT":
            return property.option_name(stored)
        if property.type == "MULTI_SELECT":
            names = [property.option_name(id) for id in stored]
            return [name for name in names if name is not None] or None
        return stored

    def text(self, _: Property | None, raw: Any) -> str:
        if isinstance(raw, str):
            return raw
        if self._coerces and isinstance(raw, int | float):
            return str(raw).lower() if isinstance(raw, bool) else str(raw)
        raise RecordError(f"{_spelt(raw)} is no text")

    def number(self, _: Property | None, raw: Any) -> int | float:
        spelling = raw if isinstance(raw, str) else str(raw)
        if len(spelling) > self._profile.max_number_chars:
            raise RecordError(f"{_spelt(raw)} has more than {self._profile.max_number_chars} characters")
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and (self._coerces or NUMBER.fullmatch(raw)):
            return _number(raw)
        raise RecordError(f"{_spelt(raw)} is no number")

    def day(self, _: Property | None, raw: Any) -> str:
        """A calendar day; what has a time part is refused, or loses it."""
        text = raw if isinstance(raw, str) else ""
        if len(text) > 10 and text[10] in "T " and self._profile.date_times == "truncated":
            text = text[:10]
        if DAY.fullmatch(text):
            try:
                date.fromisoformat(text)
            except ValueError:
                pass
            else:
                return text
        raise RecordError(f"{_spelt(raw)} is no date of the form YYYY-MM-DD")

    def boolean(self, _: Property | None, raw: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        if self._coerces and isinstance(raw, str) and raw.strip().lower() in WORDS:
            return WORDS[raw.strip().lower()]
        raise RecordError(f"{_spelt(raw)} is neither true nor false")

    def choice(self, property: Property, raw: Any) -> str:
        """The id of an option that is given by its name or its id."""
        if not isinstance(raw, str):
            raise RecordError(f"{_spelt(raw)} is no option")
        option = self._properties.by_id[property.id].option(raw)
        if option is None and self._profile.select_options == "created":
            option = self._properties.add_option(self._properties.by_id[property.id], raw)
        if option is None:
            raise RecordError(f"there is no option {_spelt(raw)}")
        return option.id

    def choices(self, property: Property, raw: Any) -> tuple[str, ...]:
        if not isinstance(raw, list) and self._coerces:
            raw = [raw]
        if not isinstance(raw, list):
            raise RecordError(f"{_spelt(raw)} is no list of options")
        return tuple(dict.fromkeys(self.choice(property, one) for one in raw))

    def place(self, _: Property | None, raw: Any) -> str:
        if isinstance(raw, str):
            return raw
        raise RecordError(f"{_spelt(raw)} is no location")


READERS: dict[str, Callable[[Values, Property, Any], Any]] = {
    "STRING": Values.text,
    "NUMBER": Values.number,
    "DATETIME": Values.day,
    "BOOLEAN": Values.boolean,
    "SINGLE_SELECT": Values.choice,
    "MULTI_SELECT": Values.choices,
    "LOCATION": Values.place,
}


def _number(text: str) -> int | float:
    try:
        number = float(text)
    except ValueError:
        raise RecordError(f"{_spelt(text)} is no number") from None
    if not math.isfinite(number):
        raise RecordError(f"{_spelt(text)} is no number")
    return int(text) if re.fullmatch(r"\s*[+-]?[0-9]+\s*", text, re.ASCII) else number


def _spelt(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}…"
