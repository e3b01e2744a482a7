"""An app for inTandem's pages that costs next to nothing: they are written down before anybody asks.

The address says how many full pages it has: `http://…/12/app/clients/export?…&page=3`. `python -m` this, with the most
that there will be, for a ready line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import orjson

from .bare import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NAME = "app"
CLIENTS = 100
_PAGE = re.compile(r"(?:^|&)page=(-?\d+)")


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A page of `CLIENTS` clients while there are any, then an empty one."""
    full = int(environ["PATH_INFO"].split("/", 2)[1])
    found = _PAGE.search(environ["QUERY_STRING"])
    number = int(found[1]) if found else 0
    start_response("200 OK", [("Content-Type", "application/json")])
    return [page(number if 1 <= number <= full else 0)]


@cache
def page(number: int) -> bytes:
    """Clients that no other page has; page 0 has none."""
    first = (number - 1) * CLIENTS
    return orjson.dumps({"data": {"clients": [client(first + turn) for turn in range(CLIENTS)] if number else []}})


def client(number: int) -> dict[str, str]:
    return {
        "external_id": f"bench-{number:08d}",
        "first_name": "Wilhelmina",
        "last_name": f"Example {number}",
        "email": f"wilhelmina.{number}@bench.example.com",
        "phone": f"+49 30 {number:08d}",
    }


if __name__ == "__main__":
    for ahead in range(int(sys.argv[1]) + 1):
        page(ahead)
    serve(app, NAME)
