"""Good requests for every operation, and requests around them: anything in one may be anything."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from customhouse_fakes.core.routes import Route
from tests.fakes.oddities import ANYTHING, ODD, around, corrupted
from tests.fakes.rally.door import BASE

SEED: dict[str, Any] = {
    "properties": [
        {"propertyId": "p-text", "name": "Text", "propertyType": "STRING"},
        {"propertyId": "p-number", "name": "Number", "propertyType": "NUMBER"},
        {"propertyId": "p-day", "name": "Day", "propertyType": "DATETIME"},
        {"propertyId": "p-flag", "name": "Flag", "propertyType": "BOOLEAN"},
        {"propertyId": "p-one", "name": "One", "propertyType": "SINGLE_SELECT", "options": ["a", "b"]},
        {"propertyId": "p-many", "name": "Many", "propertyType": "MULTI_SELECT", "options": ["a", "b"]},
        {"propertyId": "p-place", "name": "Place", "propertyType": "LOCATION"},
        {"propertyId": "p-unique", "name": "Customer ID", "propertyType": "STRING", "isUnique": True, "isPII": True},
    ],
    "populations": [{"populationId": "pop", "name": "Customers"}],
    "studies": [{"studyId": "study", "name": "Interviews"}],
    "people": [
        {"personId": "ann", "email": "ann@x.io", "phone": "+1 415 777", "populations": ["Customers"],
         "properties": {"Text": "blue", "Number": 3, "Many": ["a"], "Customer ID": "c-1"}},
        {"personId": "bob", "email": "bob@x.io", "additionalEmails": ["bobby@x.io"], "isOptedOut": True},
        {"personId": "gone", "email": "gone@x.io", "deleted": True},
    ],
}  # fmt: skip
PERSON: dict[str, Any] = {
    "email": "ann@x.io",
    "phone": "+1 (415) 777",
    "firstName": "Ann",
    "lastName": None,
    "isOptedOut": False,
    "lastContactDate": "2025-01-01",
    "additionalEmails": ["a@x.io"],
    "additionalPhones": ["+1 415 778"],
    "properties": [
        {"propertyId": "p-number", "value": 4},
        {"propertyId": "p-day", "value": "2024-02-29"},
        {"propertyId": "p-one", "value": "a"},
        {"propertyId": "p-many", "value": ["a", "b"]},
        {"name": "Colour", "propertyType": "STRING", "value": "Blue"},
    ],
}
COMPARISON = {"propertyType": "NUMBER", "propertyId": "p-number", "operator": "IS_GREATER_THAN", "value": 1}
SEARCH: dict[str, Any] = {
    "attachProperties": ["EMAIL", "p-text", "p-unique"],
    "peopleIds": ["ann", "bob"],
    "studyIds": [],
    "pageInfo": {"size": 2},
    "filter": {
        "operator": "OR",
        "filters": [
            {"customProperty": COMPARISON},
            {"internalProperty": {"propertyName": "EMAIL", "operator": "CONTAINS", "value": "x.io"}},
        ],
        "sort": {"operator": "ASC", "propertyGroup": "PERSON", "propertyName": "NAME"},
    },
}
ACTIVITY = {"type": "SCREENER_COMPLETED", "activityAt": "2025-01-01T00:00:00Z", "participantId": "q"}
OPTIONS = [{"name": "a", "color": "GREY"}, {"name": "c"}]

#: Operation -> path, and body where it takes one.
SAMPLES: dict[str, tuple[str, Any]] = {
    "people.import": ("/people/import", {"people": [PERSON, {"email": "new@x.io"}], "populationId": "pop"}),
    "imports.get": ("/imports/@import", None),
    "people.search": ("/people/search", SEARCH),
    "people.ai_search": ("/ai/people/search", {"prompt": "blue", "pageInfo": {"size": 1}}),
    "people.opted_out.get": ("/people/ann/opted-out", None),
    "people.opted_out.update": ("/people/ann@x.io/opted-out", {"isOptedOut": True}),
    "people.delete": ("/people/ann", None),
    "people.delete_many": ("/people/delete", {"personIds": ["ann", "none"]}),
    "person.delete": ("/person/delete", {"emails": ["bobby@x.io"]}),
    "properties.list": ("/properties?size=3", None),
    "properties.import": (
        "/properties/import",
        [{"name": "New", "propertyType": "SINGLE_SELECT", "propertyOptions": OPTIONS, "isPHI": True},
         {"name": "Key", "propertyType": "STRING", "isUnique": True}],
    ),
    "properties.get": ("/properties/p-one", None),
    "properties.update": ("/properties/p-one", {"name": "Two", "propertyOptions": OPTIONS, "isPII": False}),
    "properties.delete": ("/properties/p-many", None),
    "properties.delete_many": ("/properties/delete", {"propertyIds": ["p-text", "p-unique"]}),
    "populations.list": ("/populations", None),
    "users.list": ("/users", None),
    "me": ("/me", None),
    "activities.import": (
        "/activities/import",
        {"peopleActivities": [{"personId": "ann", "activities": [ACTIVITY, ACTIVITY]}]},
    ),
    "participants.import": (
        "/studies/study/participants/import",
        {"people": [PERSON], "identifierPropertyId": "email"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A request; `@import` stands for the id of an import."""

    target: str
    body: bytes | None


def sample(operation: str) -> Sent:
    """The good request of an operation."""
    path, body = SAMPLES[operation]
    return Sent(BASE + path, None if body is None else json.dumps(body).encode())


def with_body(operation: str, document: Any) -> Sent:
    return Sent(sample(operation).target, json.dumps(document).encode())


ARGUMENT = re.compile(r"<\w+>")
SEGMENTS = st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe=""))
SEGMENTS |= st.sampled_from(
    ("ann", "bob@x.io", "gone", "p-one", "study", "@import", "%00", "..", "%2F", "%ff", "a" * 5000, "%", "null", ";")
)
KEYS = st.sampled_from(("size", "startCursor", "no_such_key"))
CURSORS = st.sampled_from(("cGxhY2U6MA==", "cGxhY2U6OTk5OTk5", "cGxhY2U6LTE=", "cGxhY2U6", "x", "é"))
VALUES = st.text(max_size=8) | st.sampled_from(ODD).map(lambda value: str(value)[:2000]) | CURSORS
QUERIES = st.lists(st.tuples(KEYS, VALUES), max_size=3).map(urlencode) | st.sampled_from(("&&", "=", "size=%ff", "%"))


def targets(route: Route) -> st.SearchStrategy[str]:
    """Addresses of a route, with this and that for its arguments and in its query string."""
    first, *rest = ARGUMENT.split(BASE + route.path)

    def joined(filled: tuple[str, ...], query: str) -> str:
        return first + "".join(map("".join, zip(filled, rest, strict=True))) + f"?{query}"

    return st.builds(joined, st.tuples(*(SEGMENTS for _ in rest)), QUERIES)


def bodies(operation: str) -> st.SearchStrategy[bytes | None]:
    """Bodies of an operation. One that takes none gets bodies that nobody asked for."""
    document = SAMPLES[operation][1]
    texts = (ANYTHING if document is None else around(document)).map(lambda document: json.dumps(document).encode())
    return texts | corrupted(json.dumps(document).encode()) | st.binary(max_size=50) | st.none()


def requests(route: Route) -> st.SearchStrategy[Sent]:
    """Requests for an operation with an odd address or an odd body; the rest may be good."""
    good = sample(route.operation)
    return st.builds(Sent, st.just(good.target) | targets(route), st.just(good.body) | bodies(route.operation))
