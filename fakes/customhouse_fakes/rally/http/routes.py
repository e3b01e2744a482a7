"""The vendor's routes as a table: operation, method, path, view, and what its good answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from customhouse_fakes.core import call as calls
from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.schemas import Schema
from customhouse_fakes.rally import working
from customhouse_fakes.rally.schemas import parts, schema

from . import around, imports, people, properties
from .prepare import read_body

BASE = "/api/public/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `path` stands below the base path; `answer` names the schema of its 2xx body."""

    operation: str
    method: str
    path: str
    view: Callable[..., Any]
    answer: str

    @property
    def body(self) -> Schema | None:
        """The schema of the request body; operations without one have none."""
        return schema("requests", self.operation) if self.operation in parts("requests") else None


ROUTES = (
    Route("people.import", "POST", "/people/import", imports.import_people, "import_begun"),
    Route("imports.get", "GET", "/imports/<import_id>", imports.get, "import"),
    Route("people.search", "POST", "/people/search", people.search, "found_people"),
    Route("people.ai_search", "POST", "/ai/people/search", people.ai_search, "suggested_people"),
    Route("people.opted_out.get", "GET", "/people/<person>/opted-out", people.opted_out, "opted_out"),
    Route("people.opted_out.update", "PUT", "/people/<person>/opted-out", people.opt_out, "opted_out_changed"),
    Route("people.delete", "DELETE", "/people/<person_id>", people.delete, "deleted"),
    Route("people.delete_many", "POST", "/people/delete", people.delete_many, "deleted"),
    Route("person.delete", "POST", "/person/delete", people.delete_by_email, "persons_deleted"),
    Route("properties.list", "GET", "/properties", properties.list_all, "property_page"),
    Route("properties.import", "POST", "/properties/import", properties.create_many, "properties_made"),
    Route("properties.get", "GET", "/properties/<property_id>", properties.get, "property"),
    Route("properties.update", "PUT", "/properties/<property_id>", properties.update, "property"),
    Route("properties.delete", "DELETE", "/properties/<property_id>", properties.delete, "deleted"),
    Route("properties.delete_many", "POST", "/properties/delete", properties.delete_many, "deleted"),
    Route("populations.list", "GET", "/populations", around.populations, "population_page"),
    Route("users.list", "GET", "/users", around.users, "user_page"),
    Route("me", "GET", "/me", around.me, "me"),
    Route("activities.import", "POST", "/activities/import", imports.import_activities, "activities_begun"),
    Route(
        "participants.import",
        "POST",
        "/studies/<study_id>/participants/import",
        imports.import_participants,
        "import_begun",
    ),
)
BY_OPERATION = {route.operation: route for route in ROUTES}


def build(base: type[Flask]) -> Flask:
    """The app. Endpoint names are the operations; refusals are answered as `VendorError` bodies."""
    app = base(__name__)
    app.url_map.merge_slashes = False
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    for route in ROUTES:
        app.add_url_rule(
            BASE + route.path, route.operation, _view(route), methods=[route.method], provide_automatic_options=False
        )
    app.register_error_handler(VendorError, _refused)
    return app


def _view(route: Route) -> Callable[..., Any]:
    view, body = route.view, route.body

    def answer(**arguments: str) -> Any:
        call = calls.current()
        working.catch_up(call.sandbox)
        if body is not None:
            call.json = read_body(call, body)
        answered = view(call, **arguments)
        working.follow_up(call)
        return answered

    return answer


def _refused(refusal: VendorError) -> tuple[dict[str, Any], int, dict[str, str]]:
    return dict(refusal.body), refusal.status, refusal.headers
