"""The vendor's routes as a table: operation, method, path, view, who may call, and what the good answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from customhouse_fakes.core import call as calls
from customhouse_fakes.core import routes
from customhouse_fakes.core.leanflask import LeanFlask, Match
from customhouse_fakes.intandem.schemas import request_body
from customhouse_fakes.intandem.state.identity import Kind

from . import apps, business, clients, imports, tokens
from .prepare import Scope, actor_of, read_body

ANYBODY: tuple[Kind, ...] = ("staff", "app", "directory")
DIRECTORY: tuple[Kind, ...] = ("directory",)
STAFF_AND_DIRECTORY: tuple[Kind, ...] = ("staff", "directory")


@dataclass(frozen=True, slots=True)
class Route(routes.Route):
    """One operation, on whose behalf it is called, and by which `kinds` of tokens."""

    scope: Scope = "business"
    kinds: tuple[Kind, ...] = ANYBODY


ROUTES = (
    Route("imports.start", "POST", "/business/clients/v1/apps/<app_code_name>/import", imports.start, "import"),
    Route("clients.create", "POST", "/platform/v1/clients", clients.create, "new_client"),
    Route("clients.list", "GET", "/platform/v1/clients", clients.list_all, "client_list"),
    Route("clients.get", "GET", "/platform/v1/clients/<id>", clients.get, "one_client"),
    Route("clients.update", "PUT", "/platform/v1/clients/<id>", clients.update, "one_client"),
    Route("clients.delete", "DELETE", "/platform/v1/clients/<id>", clients.delete, "one_client"),
    Route("fields.list", "GET", "/platform/v1/fields", business.list_fields, "field_list"),
    Route("fields.create", "POST", "/platform/v1/fields", business.create_field, "one_field"),
    Route(
        "matters.create",
        "POST",
        "/business/clients/v1/contacts/<client_uid>/matters",
        business.create_matter,
        "one_matter",
    ),
    Route(
        "matters.list",
        "GET",
        "/business/clients/v1/contacts/<client_uid>/matters",
        business.list_matters,
        "matter_list",
    ),
    Route("apps.create", "POST", "/platform/v1/apps", apps.create, "new_app", "account", DIRECTORY),
    Route("apps.list", "GET", "/platform/v1/apps", apps.list_all, "app_list", "account", STAFF_AND_DIRECTORY),
    Route(
        "app_assignments.create", "POST", "/v3/apps/app_assignments", apps.assign, "one_record", "account", DIRECTORY
    ),
    Route(
        "app_assignments.list",
        "GET",
        "/v3/apps/app_assignments",
        apps.list_assignments,
        "assignment_list",
        "account",
        STAFF_AND_DIRECTORY,
    ),
    Route(
        "business_app_installs.create",
        "POST",
        "/v3/apps/business_app_installs",
        apps.install,
        "one_record",
        "account",
        STAFF_AND_DIRECTORY,
    ),
    Route(
        "business_app_installs.list",
        "GET",
        "/v3/apps/business_app_installs",
        apps.list_installs,
        "install_list",
        "account",
        STAFF_AND_DIRECTORY,
    ),
    Route("tokens.create", "POST", "/platform/v1/tokens", tokens.create, "token", "account", DIRECTORY),
    Route("oauth.service_token", "POST", "/oauth/service/token", tokens.service_token, "service_token", "open"),
    Route("oauth.authorize", "GET", "/app/oauth/authorize", tokens.authorize, "nothing", "open"),
    Route("oauth.token", "POST", "/oauth/token", tokens.user_token, "user_token", "open"),
    Route("oauth.userinfo", "GET", "/oauth/userinfo", tokens.userinfo, "userinfo", "business", ("staff",)),
    Route(
        "webhooks.subscribe", "POST", "/platform/v1/webhook/subscribe", business.subscribe, "subscription", "account"
    ),
    Route("webhooks.unsubscribe", "POST", "/platform/v1/webhook/unsubscribe", business.unsubscribe, "ok", "account"),
    Route("webhooks.list", "GET", "/platform/v1/webhooks", business.list_webhooks, "subscription_list", "account"),
)
BY_OPERATION = {route.operation: route for route in ROUTES}


class IntandemFlask(LeanFlask):
    """Understands doubled slashes, which real sample apps send; the profile may still refuse them."""

    def match(self, method: str, path: str) -> Match:
        while "//" in path:
            path = path.replace("//", "/")
        return super().match(method, path)


def build(base: type[Flask]) -> Flask:
    """The app, as `core.routes.serve` makes it."""
    app = IntandemFlask(__name__) if base is LeanFlask else base(__name__)
    return routes.serve(app, ROUTES, _view)


def _view(route: Route) -> Callable[..., Any]:
    view, scope, kinds, body = route.view, route.scope, route.kinds, request_body(route.operation)

    def answer(**arguments: str) -> Any:
        call = calls.current()
        actor = actor_of(call, scope, kinds)
        if body is not None:
            call.json = read_body(call, body)
        return view(call, actor, **arguments)

    return answer
