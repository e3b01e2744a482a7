"""A workspace with one of everything in it, and the ids of it."""

from functools import partial
from typing import Any

from .visitor import Visitor

ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {"name": "plan", "data_type": "string"},
    {"name": "seats", "data_type": "integer"},
    {"name": "score", "data_type": "float"},
    {"name": "newsletter", "data_type": "boolean"},
    {"name": "renewal", "data_type": "date"},
    {"name": "colour", "data_type": "options", "options": [{"value": "red"}, {"value": "blue"}]},
)
PREVIEW = {"Intercom-Version": "Preview"}


def furnish(visitor: Visitor) -> dict[str, str]:
    """Put one of everything into the workspace; placeholders such as `@user`, and the ids that they stand for."""

    make = partial(_make, visitor)
    attributes = [make("/data_attributes", model="contact", **attribute) for attribute in ATTRIBUTES]
    user = make("/contacts", email="user@example.com", external_id="u-1", name="User", custom_attributes={"seats": 2})
    for n in range(3):
        make("/contacts", email=f"user-{n}@example.com", name=f"User {n}")
    ids = {
        "@user": user,
        "@lead": make("/contacts", role="lead", email="lead@example.com"),
        "@archived": make("/contacts", email="archived@example.com"),
        "@merged": make("/contacts", role="lead", email="user@example.com"),
        "@company": make("/companies", company_id="c-1", name="Acme"),
        "@tag": make("/tags", name="vip"),
        "@attribute": attributes[-1],
        "@admin": visitor.call("GET", "/me").json["id"],
        "@subscription": visitor.call("GET", "/subscription_types").json["data"][0]["id"],
    }
    make(f"/contacts/{user}/tags", id=ids["@tag"])
    make(f"/contacts/{user}/companies", id=ids["@company"])
    make(f"/contacts/{user}/notes", body="Seen")
    make(f"/contacts/{ids['@archived']}/archive")
    make("/contacts/merge", **{"from": ids["@merged"], "into": user})
    return ids


def begin_job(visitor: Visitor) -> str:
    """Begin a bulk job; its id."""
    return _make(visitor, "/contacts/bulk", contacts=[{"email": "job@example.com"}])


def _make(visitor: Visitor, path: str, **body: Any) -> str:
    reply = visitor.call("POST", path, body, PREVIEW)
    assert reply.status in (200, 202), reply.body
    return str(reply.json["id"])
