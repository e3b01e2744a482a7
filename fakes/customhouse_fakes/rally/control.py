"""What the control plane can do to a sandbox of the fake Rally: see imports, and say where webhooks go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customhouse_fakes.core.control.views import body
from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.rally import hooks, working
from customhouse_fakes.rally.state.exporting import import_line

Json = dict[str, Any]


def webhook_endpoints(sandbox: Sandbox) -> Json:
    """Where webhooks go, and which addresses were switched off."""
    return {"endpoints": [endpoint.to_json() for endpoint in sandbox.state.endpoints]}


def put_webhook_endpoints(sandbox: Sandbox) -> Json:
    """Replace them all: `{"endpoints": [{"url", "events"?}]}`; no events means all of them."""
    document = body()
    problems = hooks.endpoint_problems(document)
    if problems:
        raise HarnessError("the webhook endpoints were refused; the old ones are still in force", problems=problems)
    hooks.install(sandbox, document["endpoints"])
    return webhook_endpoints(sandbox)


def imports(sandbox: Sandbox) -> Json:
    """All imports, live, with the reasons of what failed."""
    working.catch_up(sandbox)
    workspace = sandbox.state
    return {"imports": [import_line(workspace, one) for one in workspace.imports.by_id.values()]}


VIEWS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/webhook-endpoints", webhook_endpoints),
    ("PUT", "/webhook-endpoints", put_webhook_endpoints),
    ("GET", "/imports", imports),
)
