"""The vendor's routes as a table: operation, method, path, view, and what its good answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter

from customhouse_fakes.core import call as calls
from customhouse_fakes.core import routes
from customhouse_fakes.intercom.schemas import request_body

from . import attributes, bulk, companies, contacts, labels
from .prepare import prepare


@dataclass(frozen=True, slots=True)
class Route(routes.Route):
    """One operation, and whether it can change anything."""

    writes: bool = True


def _read(operation: str, path: str, view: Callable[..., Any], answer: str, method: str = "GET") -> Route:
    return Route(operation, method, path, view, answer, writes=False)


ROUTES = (
    Route("contacts.create", "POST", "/contacts", contacts.create, "contact"),
    _read("contacts.list", "/contacts", contacts.list_all, "contact_list"),
    _read("contacts.search", "/contacts/search", contacts.search, "contact_list", "POST"),
    Route("contacts.merge", "POST", "/contacts/merge", contacts.merge, "contact"),
    _read(
        "contacts.find_by_external_id",
        "/contacts/find_by_external_id/<rest:external_id>",
        contacts.find_by_external_id,
        "contact",
    ),
    Route("contacts.bulk.create", "POST", "/contacts/bulk", bulk.create, "job"),
    Route("contacts.bulk.update", "PUT", "/contacts/bulk", bulk.update, "job"),
    Route("contacts.bulk.delete", "POST", "/contacts/bulk/delete", bulk.delete, "job"),
    _read("contacts.bulk.get", "/contacts/bulk/<id>", bulk.get, "job"),
    _read("contacts.get", "/contacts/<contact:id>", contacts.get, "contact"),
    Route("contacts.update", "PUT", "/contacts/<id>", contacts.update, "contact"),
    Route("contacts.delete", "DELETE", "/contacts/<id>", contacts.delete, "reference"),
    Route("contacts.archive", "POST", "/contacts/<id>/archive", contacts.archive, "reference"),
    Route("contacts.unarchive", "POST", "/contacts/<id>/unarchive", contacts.unarchive, "reference"),
    Route("contacts.block", "POST", "/contacts/<id>/block", contacts.block, "reference"),
    Route("contacts.companies.attach", "POST", "/contacts/<id>/companies", companies.attach, "company"),
    _read("contacts.companies.list", "/contacts/<id>/companies", companies.list_attached, "company_list"),
    Route("contacts.companies.detach", "DELETE", "/contacts/<id>/companies/<company_id>", companies.detach, "company"),
    Route("contacts.tags.attach", "POST", "/contacts/<id>/tags", labels.attach_tag, "tag"),
    _read("contacts.tags.list", "/contacts/<id>/tags", labels.list_tags_of_contact, "tag_list"),
    Route("contacts.tags.detach", "DELETE", "/contacts/<id>/tags/<tag_id>", labels.detach_tag, "tag"),
    Route("contacts.notes.create", "POST", "/contacts/<id>/notes", labels.add_note, "note"),
    _read("contacts.notes.list", "/contacts/<id>/notes", labels.list_notes, "note_list"),
    Route(
        "contacts.subscriptions.attach",
        "POST",
        "/contacts/<id>/subscriptions",
        labels.attach_subscription,
        "subscription",
    ),
    _read(
        "contacts.subscriptions.list",
        "/contacts/<id>/subscriptions",
        labels.list_subscriptions_of_contact,
        "subscription_list",
    ),
    Route("data_attributes.create", "POST", "/data_attributes", attributes.create, "data_attribute"),
    _read("data_attributes.list", "/data_attributes", attributes.list_all, "data_attribute_list"),
    Route("data_attributes.update", "PUT", "/data_attributes/<id>", attributes.update, "data_attribute"),
    Route("companies.upsert", "POST", "/companies", companies.upsert, "company"),
    _read("companies.find", "/companies", companies.find, "company_or_list"),
    _read("companies.list", "/companies/list", companies.list_all, "company_list", "POST"),
    _read("companies.scroll", "/companies/scroll", companies.scroll, "company_scroll"),
    _read("companies.get", "/companies/<id>", companies.get, "company"),
    Route("tags.create", "POST", "/tags", labels.create_tag, "tag"),
    _read("tags.list", "/tags", labels.list_tags, "tag_list"),
    _read("tags.get", "/tags/<id>", labels.get_tag, "tag"),
    Route("tags.delete", "DELETE", "/tags/<id>", labels.delete_tag, "nothing"),
    _read("subscription_types.list", "/subscription_types", labels.list_subscription_types, "subscription_list"),
    _read("admins.me", "/me", labels.me, "me"),
)
BY_OPERATION = {route.operation: route for route in ROUTES}


class ContactConverter(BaseConverter):
    """An id, but none of the words that are paths of their own in Preview and no part of the fake."""

    regex = r"(?!(?:deleted|activities)\Z)[^/]+"


class RestConverter(BaseConverter):
    """Whatever is left of a path: an external_id may hold slashes, begin with one, or hold a line end."""

    regex = r"(?s:.+)"
    part_isolating = False
    weight = 300


def build(base: type[Flask]) -> Flask:
    """The app, as `core.routes.serve` makes it."""
    app = base(__name__)
    app.url_map.converters |= {"contact": ContactConverter, "rest": RestConverter}
    return routes.serve(app, ROUTES, _view)


def _view(route: Route) -> Callable[..., Any]:
    view, operation, body = route.view, route.operation, request_body(route.operation)

    def answer(**arguments: str) -> Any:
        call = calls.current()
        prepare(call, operation, body)
        return view(call, **arguments)

    return answer
