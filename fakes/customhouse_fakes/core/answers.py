"""What goes back to the client: an `Answer`, and the refusal that becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any


@dataclass(slots=True)
class Answer:
    """Status, body bytes and headers, before the fault plan has its say. Header names as the vendor writes them."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class VendorError(Exception):
    """A refusal in the vendor's dialect, raised by state or views and answered by the provider's dialect.

    `rule` names the rule that refused (`conflict.archived`) and `why` says it in one sentence: both go to the
    journal, never into the vendor's body.
    """

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        rule: str,
        why: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {rule}: {why}")
        self.status = status
        self.body = body
        self.rule = rule
        self.why = why
        self.headers = dict(headers or {})


@cache
def status_text(status: int) -> str:
    """`404 Not Found`; a status that nobody named is called unknown."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def http_date(at: float) -> str:
    """A `Date` header: whole seconds, as `Sun, 06 Nov 1994 08:49:37 GMT`."""
    return _date_of(int(at))


@lru_cache(maxsize=64)
def _date_of(second: int) -> str:
    return formatdate(second, usegmt=True)


def html_page(status: int) -> Answer:
    """What a proxy in front of the vendor shows."""
    title = status_text(status)
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, page.encode(), {"Content-Type": "text/html"})
