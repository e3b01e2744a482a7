"""How a sandbox of the fake Rally begins: credentials, the property of the seed page, and where webhooks go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.randomness import SeededRandom, secret_token
from customhouse_fakes.core.sandbox import Sandbox

from . import hooks, working
from .schemas import schema
from .state.properties import Property
from .state.workspace import Workspace
from .svix import new_secret

#: The property that the published example of an import names by id (S1); its value is a date.
SEED_PAGE_PROPERTY = "cm0b4eokq000vbbsimwelll3u"
SEED_PAGE_NAME = "Customer since"


class AppError(HarnessError):
    """The document of an app makes no sense."""

    code = "app"


def new_credentials(_random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
    """A token, and the secret that webhooks are signed with. Raises `AppError`."""
    problems = [str(problem) for problem in schema("app").problems(dict(app))]
    if problems:
        raise AppError("the app of the sandbox was refused", problems=problems)
    return {"token": secret_token(), "webhook_secret": new_secret()}


def furnish(sandbox: Sandbox) -> None:
    """Found the workspace if it is new, and go on with the imports that it holds."""
    workspace: Workspace = sandbox.state
    sandbox.hide(sandbox.credentials["webhook_secret"])
    sandbox.credentials["workspace_id"] = workspace.id
    if workspace.sent is tuple:  # nobody has tied it to a sandbox yet: it is new
        _found(sandbox, workspace)
    workspace.sent = lambda: _sent(sandbox)
    working.keep_working(sandbox)


def _found(sandbox: Sandbox, workspace: Workspace) -> None:
    now = sandbox.clock.now()
    workspace.properties.put(Property(SEED_PAGE_PROPERTY, SEED_PAGE_NAME, "DATETIME", "seed", now))
    if "webhook_url" in sandbox.app:
        hooks.install(sandbox, [{"url": sandbox.app["webhook_url"], "events": sandbox.app.get("events", [])}])


def _sent(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield from ({"type": "delivery", **delivery.to_json()} for delivery in sandbox.deliveries)
