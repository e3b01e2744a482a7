"""A tiny Intercom on a thread: enough state to import into, and a script of things that go wrong.

It shares no code with the product's fake, so the two check each other.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .listening import Listening, Seen

TOKEN = "tok-3f9c2e71a4"
Reply = tuple[int, Any]


@dataclass
class Fault:
    """Applied to requests that `match`, from the `first`-th matching one on, `times` times."""

    match: Callable[[Seen], bool]
    status: int | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    commit: bool = False
    """Carry the request out first."""
    cut: bool = False
    """Close the connection instead of answering."""
    hang: threading.Event | None = None
    drip: bool = False
    times: int = 1
    first: int = 1
    met: int = 0

    def due(self, seen: Seen) -> bool:
        if not self.match(seen):
            return False
        self.met += 1
        return self.first <= self.met < self.first + self.times


def error(status: int, code: str, message: str) -> Reply:
    return status, {"type": "error.list", "request_id": "r", "errors": [{"code": code, "message": message}]}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    owner: Peer

    def log_message(self, format: str, *args: Any) -> None:
        """The log is the peer's."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, json.loads(raw) if raw else None)
        with self.owner.lock:
            self.owner.seen.append(seen)
            fault = next((one for one in self.owner.faults if one.due(seen)), None)
            admitted, told = self.owner.gate()
        self.owner.watch(seen)
        if fault is None:
            reply = self.owner.answer(seen) if admitted else error(429, "rate_limit_exceeded", "Exceeded")
            self._reply(seen, *reply, told)
            return
        if fault.commit:
            self.owner.answer(seen)
        if fault.hang:
            fault.hang.wait(30)
        if fault.cut or fault.hang:
            self.close_connection = True
        elif fault.drip:
            self._drip(fault)
        else:
            self._reply(seen, fault.status or 500, fault.body or b"", fault.headers)

    def _reply(self, seen: Seen, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        seen.status = status
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(body, bytes) else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def _drip(self, fault: Fault) -> None:
        """One byte of the head now and then, for as long as anybody reads."""
        self.close_connection = True
        pause = threading.Event()
        try:
            for _ in range(200):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n"[:1])
                self.wfile.flush()
                pause.wait(0.05)
        except OSError:
            return

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 - names that http.server looks for


class Peer(Listening):
    """State, script and log."""

    handler = _Handler

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[str, dict[str, Any]] = {}
        self.archived: set[str] = set()
        self.unrestorable: set[str] = set()
        self.attributes: dict[str, str] = {}
        self.keep_newest: int | None = None
        self.faults: list[Fault] = []
        self.watch: Callable[[Seen], object] = bool
        self.gate: Callable[[], tuple[bool, dict[str, str]]] = lambda: (True, {})
        self.lock = threading.RLock()
        self._ids = (f"{n:024x}" for n in itertools.count(1))

    def __exit__(self, *_: object) -> None:
        for fault in self.faults:
            if fault.hang:
                fault.hang.set()
        super().__exit__()

    # -- questions

    def active(self) -> list[dict[str, Any]]:
        return [one for key, one in self.contacts.items() if key not in self.archived]

    def calls(self, method: str, path: str = "") -> list[Seen]:
        return [one for one in self.seen if one.method == method and re.fullmatch(path or ".*", one.path)]

    def writes(self) -> list[Seen]:
        return [one for one in self.seen if one.method != "GET"]

    def add(self, **fields: Any) -> dict[str, Any]:
        """Put a contact there beforehand."""
        contact: dict[str, Any] = {"type": "contact", "id": next(self._ids), "role": "user", "custom_attributes": {}}
        contact |= dict.fromkeys(("external_id", "email", "name", "phone")) | fields
        self.contacts[contact["id"]] = contact
        return contact

    # -- the rules

    def answer(self, seen: Seen) -> Reply:
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "unauthorized", "Access Token Invalid")
        routes: dict[str, Callable[[], Reply]] = {
            "GET /data_attributes": self._defined,
            "POST /data_attributes": lambda: self._define(seen.body),
            "POST /contacts": lambda: self._create(seen.body),
            "GET /contacts": lambda: self._list(seen.query),
        }
        route = routes.get(f"{seen.method} {seen.path}")
        with self.lock:
            if route:
                return route()
            _, _, contact_id, *action = seen.path.split("/")
            return self._contact(seen.method, contact_id, action, seen.body)

    def _defined(self) -> Reply:
        found = [{"name": name, "data_type": kind, "custom": True} for name, kind in self.attributes.items()]
        return 200, {"type": "list", "data": found}

    def _define(self, body: dict[str, Any]) -> Reply:
        if body["name"] in self.attributes:
            return error(400, "parameter_invalid", f"You already have '{body['name']}' in your people data.")
        self.attributes[body["name"]] = body["data_type"]
        return 200, {"type": "data_attribute", **body}

    def _create(self, body: dict[str, Any]) -> Reply:
        refused = self._unknown(body)
        if refused:
            return refused
        if body.get("role") != "lead":
            for one in self.contacts.values():
                if one["role"] == "user" and _same_person(one, body):
                    kind = "An archived" if one["id"] in self.archived else "A"
                    return error(
                        409, "conflict", f"{kind} contact matching those details already exists with id={one['id']}"
                    )
        else:
            body = {**body, "external_id": str(uuid.uuid4())}
        contact = self.add(**body)
        if self.keep_newest:
            self.archived |= set(list(self.contacts)[: -self.keep_newest])
        return 200, contact

    def _unknown(self, body: dict[str, Any]) -> Reply | None:
        for name in body.get("custom_attributes") or {}:
            if name not in self.attributes:
                return error(400, "parameter_invalid", f"Custom attribute '{name}' does not exist")
        if not isinstance(body.get("signed_up_at", 0), int):
            return error(400, "parameter_invalid", "'signed_up_at' must be a Unix timestamp in seconds (integer)")
        return None

    def _list(self, query: dict[str, str]) -> Reply:
        size, start = int(query.get("per_page", 10)), int(query.get("starting_after", 0))
        found = self.active()
        pages: dict[str, Any] = {"type": "pages", "per_page": size}
        if start + size < len(found):
            pages["next"] = {"page": 0, "starting_after": str(start + size)}
        return 200, {"type": "list", "data": found[start : start + size], "total_count": len(found), "pages": pages}

    def _contact(self, method: str, contact_id: str, action: list[str], body: Any) -> Reply:
        contact = self.contacts.get(contact_id)
        if contact is None or (contact_id in self.archived and action != ["unarchive"]):
            return error(404, "not_found", "User Not Found")
        if action == ["unarchive"]:
            if contact_id in self.unrestorable:
                return error(400, "bad_request", "User has been marked for permanent deletion and is not restorable.")
            self.archived.discard(contact_id)
        elif action == ["archive"]:
            self.archived.add(contact_id)
        elif method == "PUT":
            refused = self._unknown(body)
            if refused:
                return refused
            custom = {**contact["custom_attributes"], **(body.get("custom_attributes") or {})}
            contact |= {**body, "custom_attributes": custom}
        else:
            return 200, contact
        shown = contact if method == "PUT" else {"id": contact_id, "external_id": contact["external_id"]}
        return 200, shown


def _same_person(one: dict[str, Any], body: dict[str, Any]) -> bool:
    if body.get("external_id") and one["external_id"] == body["external_id"]:
        return True
    return bool(body.get("email")) and (one["email"] or "").strip().lower() == body["email"].strip().lower()


def statuses(seen: list[Seen]) -> Counter[int | None]:
    return Counter(one.status for one in seen)
