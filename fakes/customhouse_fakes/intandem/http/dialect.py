"""How inTandem says what is not about its resources: tokens, limits, unknown routes, headers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson

from customhouse_fakes.core.answers import Answer, VendorError, http_date
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.request import Request
from customhouse_fakes.intandem.errors import family_of, refuse

JSON = "application/json; charset=utf-8"
SCHEMES = ("bearer", "token")
# Who asks for a token has none yet: the app that asks is named in the query or the body.
OPEN_PATHS = frozenset({"/oauth/service/token", "/oauth/token", "/app/oauth/authorize"})
CLIENT_KEYS = ("client_id", "service_id")


class IntandemDialect:
    """The vendor's voice."""

    def credential(self, request: Request) -> str | None:
        """The token (`Bearer …`, `Token …`, `Token token="…"`), or the client id where there is no token yet."""
        scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() in SCHEMES:
            return value.strip().removeprefix("token=").strip('"') or None
        return client_id(request) if request.path.replace("//", "/") in OPEN_PATHS else None

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        """401 in the words of the layer that looks first: at a JWT, or at any other token (contract section 1.3)."""
        token = None if missing else self.credential(request)
        return _answer(refuse("unauthorized_jwt" if token and token.count(".") == 2 else "unauthorized"))

    def throttled(self, call: Call, quota: Quota) -> Answer:  # noqa: ARG002 - the core's protocol
        return _answer(refuse("too_many_requests"))

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        return _answer(refuse(f"not_found_{family_of(call.request.path)}"))

    def status(self, call: Call, status: int) -> Answer:
        """A status in the words of the path's family; 401, 429 and the import's 500 as they are documented."""
        if status == HTTPStatus.UNAUTHORIZED:
            return _answer(refuse("unauthorized"))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _answer(refuse("too_many_requests"))
        if call.operation == "imports.start" and status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return _answer(refuse("import_body", problem="was not looked at"))
        phrase = _phrase(status)
        code = "unexpected" if status >= 500 else "invalid"
        return _answer(refuse(f"status_{family_of(call.request.path)}", status=status, phrase=phrase, code=code))

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:  # noqa: ARG002 - the core's protocol
        answer.headers.setdefault("Date", http_date(call.sandbox.clock.now()))


def client_id(request: Request) -> str | None:
    """The app that a token request names, in its query, its form or its JSON."""
    named = request.query | read_open_body(request.body)
    return next((str(named[key]) for key in CLIENT_KEYS if named.get(key)), None)


def read_open_body(body: bytes) -> dict[str, str]:
    """JSON or form, whichever it is; empty when it is neither."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    return document if isinstance(document, dict) else {}


def _answer(refusal: VendorError) -> Answer:
    return Answer(refusal.status, orjson.dumps(refusal.body), {"Content-Type": JSON, **refusal.headers})


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
