"""The vendor's routes as a table: operation, method, path, view, and what its good answer is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from customhouse_fakes.core import call as calls
from customhouse_fakes.core.routes import Route, serve
from customhouse_fakes.rally import working
from customhouse_fakes.rally.schemas import request_body

from . import around, imports, people, properties
from .prepare import read_body

#: What every path below stands below.
BASE = "/api/public/v1"

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
    """The app, as `core.routes.serve` makes it."""
    return serve(base(__name__), ROUTES, _view, BASE)


def _view(route: Route) -> Callable[..., Any]:
    view, body = route.view, request_body(route.operation)

    def answer(**arguments: str) -> Any:
        call = calls.current()
        working.catch_up(call.sandbox)
        if body is not None:
            call.json = read_body(call, body)
        answered = view(call, **arguments)
        working.follow_up(call)
        return answered

    return answer
