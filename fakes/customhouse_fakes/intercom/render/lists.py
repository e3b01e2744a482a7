"""Lists, with pages and without (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from customhouse_fakes.intercom.paging import Page

Json = dict[str, Any]


def page(page: Page[Any], row: Callable[[Any], Json], *, null_next: bool = False) -> Json:
    """A list with pages. On the last page of contacts `next` is absent, of other things null (section 2.7)."""
    pages: Json = {"type": "pages"}
    if page.next is not None:
        pages["next"] = {"page": page.number + 1, "starting_after": page.next}
    elif null_next:
        pages["next"] = None
    pages |= {"page": page.number, "per_page": page.per_page, "total_pages": page.total_pages}
    return {"type": "list", "data": [row(record) for record in page.rows], "total_count": page.total, "pages": pages}


def plain_list(rows: Iterable[Json]) -> Json:
    """A list without pages."""
    return {"type": "list", "data": list(rows)}
