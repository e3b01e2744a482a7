"""problem+json (RFC 9457), the control plane's way to say no."""

from __future__ import annotations

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from customhouse_fakes.core.errors import HarnessError

CONTENT_TYPE = "application/problem+json"


def body_of(status: int, code: str, detail: str, problems: list[str] | None = None) -> bytes:
    body = {"type": f"urn:customhouse:{code}", "title": code.replace("-", " "), "status": status, "detail": detail}
    return orjson.dumps(body | ({"problems": problems} if problems else {}))


def problem(status: int, code: str, detail: str, problems: list[str] | None = None) -> Response:
    return Response(body_of(status, code, detail, problems), status, content_type=CONTENT_TYPE)


def install(app: Flask) -> None:
    """Answer every typed error and every HTTP error of routing as a problem."""

    @app.errorhandler(HarnessError)
    def refused(error: HarnessError) -> Response:
        return problem(error.status, error.code, error.args[0], error.problems)

    @app.errorhandler(HTTPException)
    def not_served(error: HTTPException) -> Response:
        return problem(error.code or 500, "http", error.description or "")
