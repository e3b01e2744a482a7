"""Values on their way from a source cell to an Intercom field.

What can be converted without loss is converted; what cannot is passed on as it is, and Intercom's refusal names the
row. Text is never changed: not stripped, not normalised.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from reference_importer.common.errors import RowError
from reference_importer.common.values import boolean, integer, number, text, written

#: A second count this large lies in the year 5138; milliseconds are meant.
MILLISECONDS_FROM = 100_000_000_000


def seconds(value: Any) -> Any:
    """Unix seconds from seconds, milliseconds, or ISO 8601 (UTC when it names no zone)."""
    value = integer(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value // 1000 if abs(value) >= MILLISECONDS_FROM else value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return value
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return value


def role(value: Any) -> Any:
    """user or lead. Intercom takes any other word for a user without saying so, hence the refusal here."""
    found = value.strip().casefold() if isinstance(value, str) else value
    if found not in ("user", "lead"):
        raise RowError(f"role is {value!r}. Expected user or lead.", "unknown_role")
    return found


FIELDS: dict[str, Callable[[Any], Any]] = {
    "external_id": text,
    "email": text,
    "name": text,
    "phone": text,
    "role": role,
    "signed_up_at": seconds,
    "last_seen_at": seconds,
    "owner_id": integer,
    "avatar": text,
    "unsubscribed_from_emails": boolean,
}
"""The contact fields that can be imported (contracts, section 2) and what each makes of a source value."""

AS_TYPE: dict[str, Callable[[Any], Any]] = {
    "string": written,
    "integer": integer,
    "float": number,
    "boolean": boolean,
    "date": seconds,
    "datetime": seconds,
}
"""What a custom attribute of each data type makes of a source value."""
