"""A vendor's routes as a table: what every row says, and the app that serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from .answers import VendorError

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `answer` names the schema of its 2xx body."""

    operation: str
    method: str
    path: str
    view: View
    answer: str


R = TypeVar("R", bound=Route)


def serve(app: Flask, routes: Iterable[R], view_of: Callable[[R], View], below: str = "") -> Flask:
    """The app with its routes, `below` a path if one is given. Endpoint names are the operations; `view_of` is called
    once for each route; refusals are answered as `VendorError` bodies.
    """
    app.url_map.merge_slashes = False
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    for route in routes:
        app.add_url_rule(
            below + route.path,
            route.operation,
            view_of(route),
            methods=[route.method],
            provide_automatic_options=False,
        )
    app.register_error_handler(VendorError, _refused)
    return app


def _refused(refusal: VendorError) -> tuple[dict[str, Any], int, dict[str, str]]:
    return dict(refusal.body), refusal.status, refusal.headers
