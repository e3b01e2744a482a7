"""A tiny Rally on a thread: a PUT over the columns of a request, imports that take their time, and a script of trouble.

It shares no code with the product's fake, so the two check each other.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.reference_importer.listening import Listening, Seen

TOKEN = "tok-1d7c55e0aa"
API = "/api/public/v1"
COLUMNS = ("firstName", "lastName")
Document = dict[str, Any]
Reply = tuple[int, Any]


@dataclass
class Fault:
    """Applied to requests that `match`, `times` times: an answer of its own, perhaps after carrying it out, or none."""

    match: Callable[[Seen], bool]
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    commit: bool = False
    cut: bool = False
    times: int = 1

    def due(self, seen: Seen) -> bool:
        due = self.times > 0 and self.match(seen)
        self.times -= due
        return due


@dataclass
class Import:
    """An import: ends at the `polls_left`-th poll, or never."""

    id: str
    people: list[Document]
    status: str = "NOT_STARTED"
    failed: list[Document] = field(default_factory=list)
    count: int = 0


def path_is(method: str, pattern: str) -> Callable[[Seen], bool]:
    return lambda seen: seen.method == method and re.fullmatch(API + pattern, seen.path) is not None


IMPORT = path_is("POST", "/people/import")
POLL = path_is("GET", "/imports/.*")


class _Handler(BaseHTTPRequestHandler):
    owner: Peer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.take()

    def do_POST(self) -> None:
        self.take()

    def take(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.loads(raw) if raw else None
        seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
        with self.owner.lock:
            self.owner.seen.append(seen)
            fault = next((one for one in self.owner.faults if one.due(seen)), None)
            if seen.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, document = 401, refusal("who are you?")
            elif fault and not fault.commit:
                status, document = fault.status or 0, refusal("a fault")
            else:
                status, document = self.owner.answer(seen)
        if fault and fault.cut:
            self.close_connection = True
            return
        seen.status = status
        payload = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(fault.headers if fault else {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None: ...


class Peer(Listening):
    """State, script and log."""

    handler = _Handler

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Document] = {}
        self.properties: list[Document] = []
        self.imports: dict[str, Import] = {}
        self.populations = {"pop1"}
        self.faults: list[Fault] = []
        self.polls, self.invisible_polls = 1, 0
        self.end: str | None = "COMPLETED"
        self.gives_id = True
        self.person_scope = False
        self.claimed_total = 0
        self.hidden: set[str] = set()
        self.shape: Callable[[Document, Document | None], Document] = _by_email
        self.fails: Callable[[Document], bool] = lambda record: record.get("email", "").startswith("fails")
        self.bad: Callable[[Document], bool] = lambda record: record.get("email", "").startswith("bad")
        self.says_where = True
        self.webhook: Callable[[Import], None] | None = None
        self.lock = threading.RLock()
        self._ids = (f"cm{n:023d}" for n in itertools.count(1))

    # -- questions

    def calls(self, match: Callable[[Seen], bool]) -> list[Seen]:
        return [one for one in self.seen if match(one)]

    def sent(self) -> list[list[Document]]:
        """The people of every import request."""
        return [one.body["people"] for one in self.calls(IMPORT)]

    def by_email(self, email: str) -> Document:
        """What a person holds, properties by name."""
        person = next(one for one in self.people.values() if one["email"] == email)
        names = {one["propertyId"]: one["name"] for one in self.properties}
        return {**person, "properties": {names[id]: value for id, value in person["properties"].items()}}

    def add_property(self, name: str, kind: str = "STRING", *options: str, is_unique: bool = False) -> str:
        """Put a property there beforehand; returns its id."""
        id = next(self._ids)
        listed = [{"propertyOptionId": next(self._ids), "name": one, "color": "GREY", "order": "1"} for one in options]
        flags = {"isUnique": is_unique, "isPHI": False, "isPII": False}
        self.properties.append(
            {"propertyId": id, "name": name, "propertyType": kind, "propertyOptions": listed, **flags}
        )
        return id

    def add(self, email: str | None, properties: Document | None = None, **fields: Any) -> Document:
        """Put a person there beforehand; properties by id."""
        id = next(self._ids)
        person = {"personId": id, "email": email, "isOptedOut": False, "properties": properties or {}, **fields}
        self.people[id] = person
        return person

    # -- the rules

    def answer(self, seen: Seen) -> Reply:
        for (method, pattern), view in VIEWS.items():
            if path_is(method, pattern)(seen):
                return view(self, seen)
        return 404, refusal("no such route")

    def list_properties(self, seen: Seen) -> Reply:
        start = int(seen.query.get("startCursor", "0"))
        return 200, page(self.properties, start, 2, lambda one: one)  # two to a page, whatever is asked for

    def opted_out(self, seen: Seen) -> Reply:
        email = unquote(seen.path.split("/")[-2])
        person = next((one for one in self.people.values() if one["email"] == email), None)
        if person is None:
            return 404, refusal("nobody")
        return 200, {"personId": person["personId"], "email": email, "isOptedOut": person["isOptedOut"]}

    def create_properties(self, seen: Seen) -> Reply:
        results, errors = [], []
        for one in seen.body:
            if any(there["name"] == one["name"] for there in self.properties):
                errors.append({"message": "a property with that name exists", "path": ["0"], "name": one["name"]})
                continue
            options = [option["name"] for option in one.get("propertyOptions", [])]
            self.add_property(one["name"], one["propertyType"], *options, is_unique=one.get("isUnique", False))
            results.append({"personProperty": self.properties[-1], "isAsync": False, "bulkActionUserRequestId": "b"})
        return 200, {"results": results, "errors": errors}

    def search(self, seen: Seen) -> Reply:
        wanted = seen.body.get("peopleIds")
        people = [one for one in self.people.values() if wanted is None or one["personId"] in wanted]
        start = int(seen.body["pageInfo"].get("startCursor", "0"))
        shown = [one for one in seen.body["attachProperties"] if one not in self.hidden]
        found = page(people, start, 3, lambda one: shown_person(one, shown))
        found["total"] = max(found["total"], self.claimed_total)
        return 200, found | {"errors": [{"errorCode": "UNAUTHORIZED", "propertyId": id} for id in self.hidden]}

    def import_people(self, seen: Seen) -> Reply:
        people = seen.body["people"]
        if seen.body.get("populationId", "pop1") not in self.populations:
            return 404, refusal("no such population", "populationId")
        bad = [index for index, one in enumerate(people) if self.bad(one)]
        if bad:
            return 400, refusal("bad record", *(["people", str(bad[0]), "email"] if self.says_where else []))
        begun = Import(next(self._ids), people)
        self.imports[begun.id] = begun
        if self.end == "COMPLETED":
            self.carry_out(begun, seen.body["identifierPropertyId"])
        if self.webhook:
            begun.status = self.end or "UPLOADING"
            self.webhook(begun)
        return 202, {"message": "begun", "count": len(people), "importId": begun.id if self.gives_id else None}

    def carry_out(self, begun: Import, identifier: str) -> None:
        named = {item["propertyId"] for record in begun.people for item in record["properties"]}
        fields = {name for record in begun.people for name in record if name in COLUMNS}
        for record in begun.people:
            person = self.find(record, identifier)
            if self.fails(record):
                begun.failed.append(self.shape(record, person))
                continue
            person = person or self.add(record.get("email"))
            begun.count += 1
            values = {item["propertyId"]: item["value"] for item in record["properties"]}
            erased = set(person["properties"]) if self.person_scope else named
            kept = {id: value for id, value in person["properties"].items() if id not in erased}
            person["properties"] = kept | {id: value for id, value in values.items() if value not in (None, "", [])}
            person |= dict.fromkeys(fields) | {name: value for name, value in record.items() if name != "properties"}

    def find(self, record: Document, identifier: str) -> Document | None:
        people = self.people.values()
        if identifier in ("email", "phone"):
            return next((one for one in people if one.get(identifier) == record.get(identifier)), None)
        values = {item["propertyId"]: item["value"] for item in record["properties"]}
        return next((one for one in people if one["properties"].get(identifier) == values[identifier]), None)

    def import_status(self, seen: Seen) -> Reply:
        begun = self.imports.get(seen.path.rpartition("/")[2])
        polls = len([one for one in self.seen if one.path == seen.path])
        if begun is None or polls <= self.invisible_polls:
            return 404, refusal("no such import")
        if polls - self.invisible_polls > self.polls and self.end:
            begun.status = self.end
        failed = begun.failed or None
        return 200, {"importId": begun.id, "type": "API", "status": begun.status, "personCount": begun.count,
                     "failedRecords": failed, "updatedAt": "2026-01-01T00:00:00.000Z"}  # fmt: skip


VIEWS: dict[tuple[str, str], Callable[[Peer, Seen], Reply]] = {
    ("GET", "/properties"): Peer.list_properties,
    ("POST", "/properties/import"): Peer.create_properties,
    ("POST", "/people/search"): Peer.search,
    ("POST", "/people/import"): Peer.import_people,
    ("GET", "/people/.*/opted-out"): Peer.opted_out,
    ("GET", "/imports/.*"): Peer.import_status,
}


def _by_email(record: Document, person: Document | None) -> Document:
    return {"email": record.get("email")}


def by_person(record: Document, person: Document | None) -> Document:
    return {"personId": person["personId"]} if person else {"email": record.get("email")}


def refusal(message: str, *path: str) -> Document:
    return {"errors": [{"message": message, "path": list(path)}]}


def shown_person(person: Document, attached: list[str]) -> Document:
    held = person["properties"] | {"FIRST_NAME": person.get("firstName"), "LAST_NAME": person.get("lastName")}
    shown = [{"propertyType": "STRING", "propertyId": id, "value": held[id]} for id in attached if id in held]
    return {"personId": person["personId"], "email": person["email"], "properties": shown, "populationIds": []}


def page(rows: list[Document], start: int, size: int, show: Callable[[Document], Document]) -> Document:
    end = start + size
    info = {"hasNextPage": end < len(rows), "hasPreviousPage": start > 0, "startCursor": str(start)}
    shown = [show(one) for one in rows[start:end]]
    return {"results": shown, "total": len(rows), "pageInfo": info | {"endCursor": str(end)}}
