"""How Rally says what is not about its resources: tokens, limits, unknown routes, headers (contract section 9)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson

from customhouse_fakes.core.answers import Answer, VendorError, html_page, http_date
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.request import Request
from customhouse_fakes.rally.errors import refuse

JSON = "application/json; charset=utf-8"
#: Statuses whose bodies are published nowhere: the profile says what they are.
UNPUBLISHED = frozenset({401, 403, 404, 429})
SPOKEN = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "too_many_requests"}


class RallyDialect:
    """The vendor's voice."""

    def credential(self, request: Request) -> str | None:
        """The bearer token."""
        scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
        return value.strip() or None if scheme.lower() == "bearer" else None

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        return _as_published(_answer(refuse("unauthorized")), profile.error_body)

    def throttled(self, call: Call, quota: Quota) -> Answer:
        """429; how long to wait is said where the profile says so."""
        answer = _answer(refuse("too_many_requests"))
        if call.profile.retry_after:
            answer.headers["Retry-After"] = str(max(1, round(quota.reset - call.sandbox.clock.now())))
        return answer

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        return _answer(refuse("not_found"))

    def status(self, call: Call, status: int) -> Answer:  # noqa: ARG002 - the core's protocol
        return _answer(refuse(SPOKEN.get(status, "status"), status=status, phrase=_phrase(status)))

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:  # noqa: ARG002 - the core's protocol
        _as_published(answer, call.profile.error_body)
        answer.headers.setdefault("Date", http_date(call.sandbox.clock.now()))


def _answer(refusal: VendorError) -> Answer:
    return Answer(refusal.status, orjson.dumps(refusal.body), {"Content-Type": JSON, **refusal.headers})


def _as_published(answer: Answer, error_body: str) -> Answer:
    """Put in the body that the profile wants where no page says what it is: an HTML page, or nothing."""
    if answer.status in UNPUBLISHED and error_body != "json":
        page = html_page(answer.status)
        answer.body = page.body if error_body == "html" else b""
        answer.headers.pop("Content-Type", None)
        if error_body == "html":
            answer.headers |= page.headers
    return answer


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
