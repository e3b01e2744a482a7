"""A provider small enough to hold in one's head: notes with a unique title. For tests of the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, g, jsonify, request

from customhouse_fakes.core import call as calls
from customhouse_fakes.core.answers import Answer, VendorError
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.clock import Clock
from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.provider import Plain, no_app
from customhouse_fakes.core.randomness import SeededRandom, secret_token
from customhouse_fakes.core.ratelimit import Quota
from customhouse_fakes.core.request import Request


@dataclass(frozen=True)
class ToyProfile:
    shout: bool = False
    size: int | None = None


@dataclass(frozen=True)
class ToyLimits(CoreLimits):
    app: int = 1000
    workspace: int = 2000
    window_s: float = 10.0


class ToyState:
    def __init__(self, notes: dict[str, str] | None = None) -> None:
        self.notes = notes or {}

    def copy(self) -> ToyState:
        return ToyState(dict(self.notes))


class ToyDialect:
    def credential(self, request: Request) -> str | None:
        return request.headers.get("authorization", "").removeprefix("Bearer ") or None

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:
        return _error(401, "who are you" if missing else "you are not known")

    def throttled(self, call: Call, quota: Quota) -> Answer:
        return _error(429, f"limit {quota.limit}")

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer:
        return _error(405 if wrong_method else 404, "no such thing")

    def status(self, call: Call, status: int) -> Answer:
        return _error(status, "out of order")

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:
        if quota is not None:
            answer.headers["X-Remaining"] = str(quota.remaining)


def _error(status: int, message: str) -> Answer:
    return Answer(status, orjson.dumps({"error": message}), {"Content-Type": "application/json"})


class ToyProvider(Plain):
    name = "toy"
    profile_type = ToyProfile
    limits_type = ToyLimits
    operations = frozenset({"notes.create", "notes.get", "notes.list", "notes.context", "notes.crash"})
    dialect = ToyDialect()

    def new_state(self, profile: Any, random: SeededRandom, clock: Clock) -> ToyState:
        return ToyState()

    def new_credentials(self, random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
        no_app(self.name, app)
        return {"token": secret_token()}

    def seed(self, state: ToyState, document: dict[str, Any]) -> dict[str, int]:
        state.notes.update(document)
        return {"notes": len(document)}

    def export(self, state: ToyState) -> Iterator[dict[str, Any]]:
        return ({"title": title, "text": text} for title, text in state.notes.items())

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        return ["a note bears no colour"] if b"colour" in answer.body else []

    def provenance(self) -> list[dict[str, Any]]:
        return [{"id": "toy", "grade": "invented", "source": "this test"}]

    def app(self, base: type[Flask]) -> Flask:
        app = base("toy")
        app.add_url_rule("/notes", "notes.create", create, methods=["POST"])
        app.add_url_rule("/notes", "notes.list", list_notes, methods=["GET"])
        app.add_url_rule("/notes/<title>", "notes.get", get, methods=["GET"])
        app.add_url_rule("/context", "notes.context", context, methods=["GET"])
        app.add_url_rule("/crash", "notes.crash", crash, methods=["GET"])

        @app.errorhandler(VendorError)
        def refused(error: VendorError) -> tuple[dict[str, Any], int, dict[str, str]]:
            return dict(error.body), error.status, error.headers

        return app


def create() -> tuple[dict[str, str], int]:
    call = calls.current()
    note = orjson.loads(call.body)
    title = note["title"].upper() if call.profile.shout else note["title"]
    if title in call.state.notes:
        raise VendorError(409, {"error": "taken"}, rule="title.taken", why=f"{title} is there", headers={"X-Why": "it"})
    call.state.notes[title] = note["text"]
    return note, 201


def get(title: str) -> Any:
    notes = calls.current().state.notes
    if title not in notes:
        raise VendorError(404, {"error": "gone"}, rule="title.unknown", why=f"no note {title}")
    return {"title": title, "text": notes[title]}


def list_notes() -> list[str]:
    return sorted(calls.current().state.notes)


def context() -> Any:
    """Touches what Flask's users touch: request, g, a Response of their own."""
    g.seen = request.args.get("word", "")
    return jsonify({"word": g.seen, "method": request.method, "agent": request.headers.get("User-Agent")})


def crash() -> Any:
    raise RuntimeError("a bug of ours")
