"""Pages and cursors, shared by lists and searches (contract section 2.7).

A cursor holds the sort key of the last row that was served, not a position: rows that come or go between two
pages neither hide nor double any other row.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from .errors import refuse
from .profile import MAX_PER_PAGE, IntercomProfile

MAX_PAGE = 1_000_000_000
T = TypeVar("T")
SortValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row to go on: its sort value (milliseconds for times), its id, and the number of the next page."""

    value: SortValue
    id: str
    page: int

    def text(self) -> str:
        return base64.b64encode(orjson.dumps([self.value, self.id, self.page])).decode("ascii")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows; `next` is the cursor of the following page, or None on the last one."""

    rows: list[T]
    total: int
    number: int
    per_page: int
    next: str | None

    @property
    def total_pages(self) -> int:
        return -(-self.total // self.per_page)


def parse_cursor(text: object) -> Cursor | None:
    """The cursor in `starting_after`; None if absent or empty. Anything that is not one of ours is refused."""
    if text is None or text == "":
        return None
    try:
        parts = orjson.loads(base64.b64decode(str(text), validate=True))
    except (binascii.Error, ValueError) as problem:
        raise refuse("invalid_cursor") from problem
    match parts:
        case [str() | int() | float() | None as value, str() as id, int() as page] if 1 <= page < MAX_PAGE:
            return Cursor(value, id, page)
    raise refuse("invalid_cursor")


def parse_per_page(value: object, profile: IntercomProfile, *, default: int) -> int:
    """The page size asked for, as a JSON number or as text; the profile judges the others (section 10, item 7)."""
    if value is None:
        return default
    number = _whole(value)
    if number is None or number < 1:
        if profile.per_page_under_min == "default":
            return default
        raise refuse("invalid_per_page", value=value)
    if number > MAX_PER_PAGE and profile.per_page_over_max == "refuse":
        raise refuse("invalid_per_page", value=value)
    return min(number, MAX_PER_PAGE)


def parse_page(value: object) -> int:
    """The number of a page; whatever is none is the first."""
    return max(1, _whole(value) or 1)


def numbered_page(rows: Sequence[T], number: int, per_page: int, *, key: Callable[[T], tuple[int, str]]) -> Page[T]:
    """The page of that number of a list that is paged by position; `key` gives sort value and id for the cursor."""
    begin = (number - 1) * per_page
    shown = list(rows[begin : begin + per_page])
    following = Cursor(*key(shown[-1]), number + 1).text() if shown and begin + per_page < len(rows) else None
    return Page(shown, len(rows), number, per_page, following)


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(MAX_PAGE)):
        return int(value)
    return None
