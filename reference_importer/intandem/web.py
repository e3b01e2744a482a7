"""The Flask app: HTTP in front, the parts behind."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from reference_importer.intandem.errors import Refusal
from reference_importer.intandem.exporting import Exporter
from reference_importer.intandem.hooks import OUTCOMES, Hooks
from reference_importer.intandem.paging import PageQuery, business_of
from reference_importer.intandem.reporting import Reporter, public
from reference_importer.intandem.starting import Starter

EXPORT = "/app/clients/export"
START = "/start"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views hand requests on to."""

    starter: Starter
    exporter: Exporter
    hooks: Hooks
    reporter: Reporter


def create_app(desk: Desk, prefix: str, say: Callable[[str], None]) -> Flask:
    """The app; exports are answered under `prefix`."""
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    @app.get(START)
    def start() -> Response:
        session = desk.starter.start(business_of(request.args), request.args.get("staff_uid", ""))
        if _wants_html():
            clients = session.contents.clients if session.contents else 0
            return _page(desk.reporter, f"The import of {clients} clients has started.")
        return jsonify(public(desk.reporter.describe(session)))

    @app.get(f"{prefix}{EXPORT}")
    def export() -> Response:
        rows = desk.exporter.export(PageQuery.of(request.args))
        return Response(f'{{"data":{{"clients":[{",".join(rows)}]}}}}', mimetype=JSON)

    @app.post("/webhooks/bulk_import")
    def webhook() -> Response:
        return jsonify(taken=desk.hooks.take(request.get_json(force=True)))

    @app.get("/")
    def status() -> Response:
        return _page(desk.reporter)

    @app.get("/status.json")
    def status_json() -> Response:
        return jsonify(desk.reporter.status())

    _answer_errors(app, desk.reporter, say)
    return app


def _answer_errors(app: Flask, reporter: Reporter, say: Callable[[str], None]) -> None:
    @app.errorhandler(Refusal)
    def refusal(error: Refusal) -> Response:
        return _refusal(error, reporter)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return _refusal(Refusal(error.code or 500, error.description or error.name), reporter)

    @app.errorhandler(Exception)
    def unexpected(_error: Exception) -> Response:
        say(f"unexpected, please report it: {traceback.format_exc()}")
        return _refusal(Refusal(500, "unexpected; the app's output says more."), reporter)


def _refusal(error: Refusal, reporter: Reporter) -> Response:
    if request.path == START and _wants_html():
        response = _page(reporter, error.message)
    else:
        response = jsonify(error=error.message)
    response.status_code = error.status
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def _page(reporter: Reporter, headline: str = "") -> Response:
    return Response(render_template("status.html", report=reporter.status(), headline=headline, outcomes=OUTCOMES))


def _wants_html() -> bool:
    return request.accept_mimetypes.best_match([JSON, "text/html"]) == "text/html"
