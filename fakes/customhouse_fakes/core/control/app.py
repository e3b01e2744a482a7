"""The control plane as a plain Flask app: sandboxes, their views, and what belongs to the whole process."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from flask import Flask, Response, request

from customhouse_fakes.core.errors import NotFoundError
from customhouse_fakes.core.registry import DEVELOPMENT, Registry

from . import problems, views
from .metrics import exposition

PREFIX = "/_customhouse"
OPEN = frozenset({"health", "version"})


class Addressed(Protocol):
    @property
    def url(self) -> str: ...


def build(registry: Registry, addresses: Mapping[str, Addressed], provider: str, token: str) -> Flask:
    """The app for the port of `provider`; `token` is asked for everywhere but at health and version."""
    app = Flask("customhouse_control", static_folder=None, template_folder=None)
    problems.install(app)
    _guard(app, token)
    _install_sandboxes(app, registry, addresses)
    _install_process(app, registry)
    for methods, rule, view in views.VIEWS:
        _add_view(app, methods, rule, partial(_with_sandbox, registry, view), view.__name__, provider)
    for methods, rule, view in registry.providers[provider].control_views():
        _add_view(app, methods, rule, partial(_with_own_sandbox, registry, view, provider), view.__name__, provider)
    return app


def _add_view(app: Flask, methods: str, rule: str, view: Any, name: str, provider: str) -> None:
    """A view stands below any sandbox, and right below the prefix for the development sandbox of the port."""
    options: dict[str, Any] = {"methods": methods.split(",")}
    app.add_url_rule(f"{PREFIX}/sandboxes/<id>{rule}", f"sandbox.{name}", view, **options)
    app.add_url_rule(f"{PREFIX}{rule}", name, partial(view, id=f"{provider}-{DEVELOPMENT}"), **options)


def _with_sandbox(registry: Registry, view: Any, *, id: str, **arguments: str) -> Any:
    return view(registry.get(id), **arguments)


def _with_own_sandbox(registry: Registry, view: Any, provider: str, *, id: str, **arguments: str) -> Any:
    sandbox = registry.get(id)
    if sandbox.provider.name != provider:
        raise NotFoundError(f"{id!r} is a sandbox of {sandbox.provider.name}; ask for this on the port of {provider}")
    return view(sandbox, **arguments)


def _guard(app: Flask, token: str) -> None:
    @app.before_request
    def check_token() -> Response | None:
        if request.endpoint in OPEN:
            return None
        sent = request.headers.get("Authorization", "")
        if hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            return None
        return problems.problem(
            401, "control-token", "the control plane wants `Authorization: Bearer <control_token>` of the ready line"
        )


def _install_sandboxes(app: Flask, registry: Registry, addresses: Mapping[str, Addressed]) -> None:
    @app.get(f"{PREFIX}/sandboxes")
    def list_sandboxes() -> dict[str, Any]:
        """`lost`: those that died with their process and were not made again."""
        return {
            "sandboxes": [views.describe(sandbox) for sandbox in registry.sandboxes.values()],
            "lost": [loss.to_json() for loss in registry.losses.by_id.values()],
        }

    @app.post(f"{PREFIX}/sandboxes")
    def create_sandbox() -> tuple[dict[str, Any], int]:
        sandbox = registry.create(**views.sandbox_settings(views.body()))
        name = sandbox.provider.name
        url = addresses[name].url
        return {"id": sandbox.id, "provider": name, "url": url, "credentials": sandbox.credentials}, 201

    @app.get(f"{PREFIX}/sandboxes/<id>")
    def read_sandbox(id: str) -> dict[str, Any]:
        return views.describe(registry.get(id))

    @app.delete(f"{PREFIX}/sandboxes/<id>")
    def delete_sandbox(id: str) -> tuple[str, int]:
        registry.delete(id)
        return "", 204

    @app.post(f"{PREFIX}/sandboxes/<id>/credentials")
    def add_credential(id: str) -> tuple[dict[str, str], int]:
        return registry.add_credential(registry.get(id)), 201


def _install_process(app: Flask, registry: Registry) -> None:
    @app.get(f"{PREFIX}/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(f"{PREFIX}/version", endpoint="version")
    def tell_version() -> dict[str, Any]:
        return {"customhouse": version("customhouse"), "providers": sorted(registry.providers)}

    @app.get(f"{PREFIX}/events")
    def events() -> str:
        """Lets the event stream through the guard; `plane.ControlPlane` streams it."""
        return ""

    @app.get(f"{PREFIX}/strays")
    def strays() -> dict[str, Any]:
        """Requests whose credential opens no sandbox, and bytes that were no HTTP."""
        secrets = registry.tokens()
        rows = [{"provider": provider, **row.to_json(secrets)} for provider, row in registry.strays]
        return {"strays": rows, "total": registry.strays_total}

    @app.get(f"{PREFIX}/provenance")
    def provenance() -> dict[str, Any]:
        return {name: provider.provenance() for name, provider in registry.providers.items()}

    @app.get(f"{PREFIX}/metrics")
    def metrics() -> Response:
        text, content_type = exposition(registry)
        return Response(text, content_type=content_type)
