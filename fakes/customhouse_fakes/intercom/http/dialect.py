"""How Intercom says what is not about its resources: credentials, limits, unknown routes, headers (section 1, 6)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from http import HTTPStatus
from typing import Any, cast

import orjson

from customhouse_fakes.core.answers import Answer, VendorError, html_page, http_date, status_text
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.request import Request
from customhouse_fakes.intercom.errors import refuse, table
from customhouse_fakes.intercom.profile import IntercomLimits

from .routes import BY_OPERATION

JSON = "application/json; charset=utf-8"
REQUEST_ID_LENGTH = 20
UNFILLED = b'"request_id":null'
BUILD = "7f1bd2c4e05a9d3386f0c1b5e8a47290d6c3f91b"
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31557600; includeSubDomains; preload",
    "X-XSS-Protection": "1; mode=block",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class IntercomDialect:
    """The vendor's voice. `strays` and `clock` serve the answers that belong to no sandbox."""

    def __init__(self) -> None:
        self._strays = SeededRandom("intercom/strays")
        self._clock = Clock()

    def credential(self, request: Request) -> str | None:
        """The token: Bearer, or the user name of Basic. A header that holds neither is as good as none."""
        scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
        match scheme.lower():
            case "bearer":
                return value.strip() or None
            case "basic":
                return _basic_user(value.strip())
        return None

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        """401, without rate headers; nobody's clock and version, so the machine's and none."""
        answer = _answer(refuse(UNSENT[profile.missing_authorization] if missing else "unauthorized"))
        _fill(answer, self._strays, self._clock.now())
        return answer

    def throttled(self, call: Call, quota: Quota) -> Answer:
        """429 in the words that were recorded, with the numbers of the limit that bit."""
        return _answer(
            refuse(
                "rate_limit_exceeded",
                limit=_shown_limit(call, quota),
                seconds=f"{_limits(call).window_s:g}",
                name=quota.name,
            )
        )

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer:  # noqa: ARG002 - the core's protocol
        """404, for a wrong method too (DOC217)."""
        return _answer(refuse("unknown_route"))

    def status(self, call: Call, status: int) -> Answer:
        """A whole status in the vendor's words; 429 as if the app's limit had bitten, 401 and 404 as usual."""
        if status in OUTAGES and call.profile.outage_body != "envelope":
            return html_page(status) if call.profile.outage_body == "html" else Answer(status)
        limits = _limits(call)
        error = SPOKEN.get(status, f"status_{status}")
        return _answer(
            refuse(
                error if error in table() else "status_other",
                status=status,
                requested=status,
                limit=limits.app,
                seconds=f"{limits.window_s:g}",
                name="app",
            )
        )

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:
        """The headers that every recorded answer bears. What a proxy would answer gets none of Intercom's."""
        if answer.headers.get("Content-Type") != JSON:
            answer.headers |= {"Date": http_date(call.sandbox.clock.now()), "Server": "nginx"}
            return
        _fill(answer, call.sandbox.random, call.sandbox.clock.now())
        answer.headers["Intercom-Version"] = call.version.name if call.version else call.profile.app_version
        # Whose credential is refused is told no limits (DOC217), even if it is a fault plan that refuses it.
        if quota is not None and answer.status != HTTPStatus.UNAUTHORIZED:
            _add_limits(call, answer, quota)
        route = BY_OPERATION.get(call.operation or "")
        if route is not None and route.writes and answer.status < HTTPStatus.MULTIPLE_CHOICES:
            answer.headers["Set-Cookie"] = f"recent_write={call.sandbox.random.uuid()}; path=/; max-age=1"


# What the profile's code for a missing credential is in the table of refusals.
UNSENT = {"unauthorized": "missing_authorization", "missing_authorization": "no_authorization"}
# Statuses whose bodies are unknown (section 10, item 12).
OUTAGES = frozenset({408, 503, 504})
# What a fault plan's status says when it has a meaning of its own.
SPOKEN = {401: "unauthorized", 404: "unknown_route", 406: "not_acceptable", 429: "rate_limit_exceeded"}


def _answer(refusal: VendorError) -> Answer:
    return Answer(refusal.status, orjson.dumps(refusal.body), {"Content-Type": JSON, **refusal.headers})


def _fill(answer: Answer, random: SeededRandom, now: float) -> None:
    """Request id (in the body too, where there is a place for it), cache headers, and the rest that never changes."""
    request_id = random.text(REQUEST_ID_LENGTH)
    good = answer.status < HTTPStatus.BAD_REQUEST
    if good:
        digest = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
        answer.headers["ETag"] = f'W/"{digest}"'
    else:
        answer.body = answer.body.replace(UNFILLED, b'"request_id":"%b"' % request_id.encode(), 1)
    answer.headers |= {
        "Date": http_date(now),
        "Server": "nginx",
        "Status": status_text(answer.status),
        "Cache-Control": "max-age=0, private, must-revalidate" if good else "no-cache",
        "X-Request-Id": request_id,
        "X-Runtime": f"{random.random.uniform(0.02, 0.2):.6f}",
        "X-Intercom-Version": BUILD,
        **SECURITY_HEADERS,
    }


def _add_limits(call: Call, answer: Answer, quota: Quota) -> None:
    profile: Any = call.profile
    reset = quota.reset + profile.reset_offset_s
    if profile.rate_headers != "absent":
        counted = profile.rate_headers == "after"
        answer.headers["X-RateLimit-Limit"] = str(_shown_limit(call, quota))
        answer.headers["X-RateLimit-Remaining"] = str(max(0, quota.remaining - counted))
        answer.headers["X-RateLimit-Reset"] = str(reset)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and profile.retry_after:
        wait = max(1, round(reset - call.sandbox.clock.now()))
        answer.headers.setdefault("Retry-After", str(wait))


def _limits(call: Call) -> IntercomLimits:
    return cast(IntercomLimits, call.sandbox.limits)


def _shown_limit(call: Call, quota: Quota) -> int:
    """Whose number a refusal shows when the workspace's limit bites (section 10, item 10)."""
    if quota.name == "workspace" and call.profile.workspace_limit_numbers == "app":
        return _limits(call).app
    return quota.limit


def _basic_user(encoded: str) -> str | None:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0] or None
    except (binascii.Error, ValueError):
        return None
