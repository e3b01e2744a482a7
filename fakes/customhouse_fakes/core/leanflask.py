"""Flask with its request cycle trimmed, for views that are called thousands of times a second.

Kept: routes, error handlers, application and request context (`current_app`, `g`, `request`), the JSON provider.
Left out: sessions, signals, before/after/teardown functions, URL adapters per request, re-wrapping of responses.
A test runs the same views under plain Flask and under this class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Flask, Response
from flask.ctx import AppContext, RequestContext
from flask.globals import _cv_app, _cv_request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from .answers import Answer, VendorError
from .request import Request
from .wsgi import environ_of, request_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON_CONTENT_TYPE = "application/json; charset=utf-8"
#: So many paths are remembered with where they lead: those without ids, and those that are asked for again and again.
PATHS = 512


class OrjsonProvider(JSONProvider):
    """orjson behind Flask's JSON interface: 14 times faster than the default on a contact."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)


@dataclass(slots=True, frozen=True)
class Match:
    """Where a path leads: an operation and its arguments, or neither."""

    operation: str | None
    arguments: dict[str, Any] = field(default_factory=dict)
    wrong_method: bool = False


class _LeanContext(RequestContext):
    """A request context that builds its WSGI environment and `Request` only when somebody looks at them."""

    def __init__(self, app: Flask, arrived: Request) -> None:
        self.app = app
        self._arrived = arrived
        self._session = None
        self.flashes = None
        self.url_adapter = None
        self._after_request_functions = []
        self._cv_tokens = []

    def __getattr__(self, name: str) -> Any:
        if name != "request":
            raise AttributeError(name)
        request = self.app.request_class(environ_of(self._arrived))
        request.json_module = self.app.json
        self.request = request
        return request


class LeanFlask(Flask):
    """Used like `Flask`, but the gate calls `match` and `answer` instead of WSGI."""

    json_provider_class = OrjsonProvider

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name, static_folder=None, template_folder=None)
        self._adapter: MapAdapter | None = None
        self._matched = lru_cache(PATHS)(self._match)

    def match(self, method: str, path: str) -> Match:
        """The operation for a method and a decoded path; the last `PATHS` of them are remembered."""
        return self._matched(method, path)

    def answer(self, request: Request, match: Match) -> tuple[Answer, VendorError | None]:
        """Run the view inside both contexts. A `VendorError` becomes its answer and is handed back with it."""
        context = _LeanContext(self, request)
        app_token = _cv_app.set(AppContext(self))
        request_token = _cv_request.set(context)
        try:
            return self._finish(self.view_functions[cast(str, match.operation)](**match.arguments)), None
        except VendorError as refusal:
            return Answer(refusal.status, _json_bytes(refusal.body), _json_headers(refusal.headers)), refusal
        finally:
            _cv_request.reset(request_token)
            _cv_app.reset(app_token)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same through WSGI, for test clients and other servers."""
        request = request_of(environ)
        match = self.match(request.method, request.path)
        if match.operation is None:
            return super().wsgi_app(environ, start_response)
        answer, _refusal = self.answer(request, match)
        response = Response(answer.body, answer.status, answer.headers)
        return response(environ, start_response)

    def _match(self, method: str, path: str) -> Match:
        if self._adapter is None:
            self._adapter = self.url_map.bind("localhost")
        try:
            rule, arguments = self._adapter.match(path, method, return_rule=True)
        except MethodNotAllowed:
            return Match(None, wrong_method=True)
        except (HTTPException, RequestRedirect):
            return Match(None)
        return Match(rule.endpoint, dict(arguments))

    def _finish(self, returned: Any) -> Answer:
        """What Flask's `make_response` does, for the forms that our views return."""
        body, status, headers = returned, 200, None
        if isinstance(returned, tuple):
            body, status, headers = (*returned, None)[:3]
        if isinstance(body, Response):
            return Answer(body.status_code, body.get_data(), dict(body.headers))
        if isinstance(body, dict | list):
            body = _json_bytes(body)
        return Answer(status, body, _json_headers(headers))


def _json_bytes(document: Any) -> bytes:
    """JSON in as many bytes as it has: orjson's own hold a buffer of 32 kB, and the journal would keep them all."""
    return memoryview(orjson.dumps(document)).tobytes()


def _json_headers(headers: dict[str, str] | None) -> dict[str, str]:
    return {"Content-Type": JSON_CONTENT_TYPE, **(headers or {})}
