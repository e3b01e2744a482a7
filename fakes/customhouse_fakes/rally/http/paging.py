"""Pages by cursor (contract section 1): `size` and `startCursor` in a query or a body, `pageInfo` in the answer.

A cursor names a place in the list; what it looks like is not published, so nobody may look into it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from customhouse_fakes.rally.errors import refuse

SIZE, MOST = 10, 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """How many records at most, and from which place on."""

    size: int = SIZE
    first: int = 0


def asked(document: Mapping[str, Any]) -> Asked:
    """From a query or a `pageInfo`; raises the 400 for a size out of bounds or a cursor that is none."""
    return Asked(_size(document.get("size", SIZE)), _place(document.get("startCursor")))


def page(rows: Sequence[T], wanted: Asked, render: Callable[[T], Any]) -> dict[str, Any]:
    """`results`, `total` and `pageInfo`."""
    shown = rows[wanted.first : wanted.first + wanted.size]
    end = wanted.first + len(shown)
    return {
        "results": [render(row) for row in shown],
        "total": len(rows),
        "pageInfo": {
            "hasNextPage": end < len(rows),
            "hasPreviousPage": wanted.first > 0,
            "startCursor": _cursor(wanted.first) if shown else None,
            "endCursor": _cursor(end) if shown else None,
        },
    }


def _size(given: Any) -> int:
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 0 < int(text) <= MOST):
        raise refuse("query_invalid", path=("size",), problem=f"size must be greater than 0 and at most {MOST}")
    return int(text)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(b"place:%d" % place).decode()


def _place(cursor: Any) -> int:
    if cursor is None:
        return 0
    try:
        kind, _, place = base64.b64decode(str(cursor).encode(), b"-_", validate=True).partition(b":")
        if kind == b"place" and place.isdigit() and len(place) < 12:
            return int(place)
    except (binascii.Error, ValueError):
        pass
    raise refuse("query_invalid", path=("startCursor",), problem="startCursor is no cursor of this list")
