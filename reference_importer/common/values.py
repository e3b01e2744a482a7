"""Values on their way from a source cell to a vendor's field.

What can be converted without loss is converted; what cannot is passed on as it is, and the vendor's refusal names the
row. Text is never changed: not stripped, not normalised.
"""

from __future__ import annotations

import re
from typing import Any

from reference_importer.common.errors import RowError

WHOLE = re.compile(r"-?[0-9]+\Z")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
BOOLEANS = {"true": True, "false": False}


def text(value: Any) -> Any:
    """Text as it is; a whole number as its digits, so that a numeric id arrives as the text that it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise RowError(f"expected text, got {value!r}. Correct the row.", "wrong_type")


def integer(value: Any) -> Any:
    """A whole number, also when written as text."""
    return int(value) if isinstance(value, str) and WHOLE.match(value) else value


def number(value: Any) -> Any:
    """A number, also when written as text."""
    return float(value) if isinstance(value, str) and DECIMAL.match(value) else value


def boolean(value: Any) -> Any:
    """A truth value, also when written as text (true, FALSE)."""
    return BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value


def written(value: Any) -> Any:
    """A number or truth value as text, for an attribute that the workspace defines as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


def folded(email: str | None) -> str | None:
    """An e-mail as vendors compare it: trimmed, without regard to case."""
    return email.strip().casefold() if email else None
