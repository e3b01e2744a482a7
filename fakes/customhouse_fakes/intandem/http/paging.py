"""`page` and `per_page` of vcita's lists: counted from 1, nonsense and too much become the nearest that makes sense."""

from __future__ import annotations

from collections.abc import Mapping


def page_of(query: Mapping[str, str], default: int, most: int) -> tuple[int, int]:
    """Number and size of the page that is asked for."""
    return max(1, _number(query.get("page"), 1)), min(most, max(1, _number(query.get("per_page"), default)))


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else default
