"""How a sandbox of the fake inTandem begins: credentials, and the account that they open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.core.randomness import SeededRandom, secret_hex, secret_token
from customhouse_fakes.core.sandbox import Sandbox

from .schemas import schema
from .state.account import Account
from .state.apps import IMPORTS_CLIENTS, App
from .state.identity import Identity

APP_NAME = "Client Importer"
CODE_NAME = "clientimporter"


class AppError(HarnessError):
    code = "app"


def new_credentials(random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens of the three kinds, and the ids that a test wants to know; raises `AppError` for a bad app document."""
    problems = [str(problem) for problem in schema("app").problems(dict(app))]
    if problems:
        raise AppError("the app of the sandbox was refused", problems=problems)
    businesses = [
        {"business_uid": random.hex(16), "staff_uid": random.hex(16), "token": secret_token()}
        for _ in range(app.get("businesses", 1))
    ]
    return {
        **businesses[0],
        "app_code_name": app.get("app_code_name", CODE_NAME),
        "token_app": secret_token(),
        "token_directory": secret_token(),
        "client_id": secret_hex(64),
        "client_secret": secret_hex(64),
        "businesses": businesses,
    }


def furnish(sandbox: Sandbox) -> None:
    """Found the account if it is new, and let everybody in who has a token of it."""
    account: Account = sandbox.state
    account.sent = lambda: _sent(sandbox)
    if not account.businesses:
        _found(account, sandbox.credentials, sandbox.app)
    staff = Identity("staff", account.first_business.uid, account.first_business.staff_uid)
    for key, token in sandbox.credentials.items():
        if key.startswith("token_"):
            account.identities.setdefault(token, staff)
    for number, (token, identity) in enumerate(account.identities.items()):
        if token not in sandbox.tokens():
            sandbox.admit(token, f"token_{identity.kind}_{number}")
    for app in account.apps.by_code_name.values():
        sandbox.admit(app.client_id, f"client_{app.app_code_name}")
        sandbox.hide(app.client_secret)


def _sent(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    yield from ({"type": "mail", **mail.to_json()} for mail in sandbox.outbox)
    yield from ({"type": "delivery", **delivery.to_json()} for delivery in sandbox.deliveries)


def _found(account: Account, credentials: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    app = account.apps.put(_app(account, credentials, document))
    for row in credentials["businesses"]:
        business = account.add_business(row["business_uid"], row["staff_uid"])
        account.identities[row["token"]] = Identity("staff", business.uid, business.staff_uid)
        if document.get("installed", True):
            account.apps.install(app.app_code_name, business.uid, account.ids, account.now())
    account.identities[credentials["token_app"]] = Identity("app", app_code_name=app.app_code_name)
    account.identities[credentials["token_directory"]] = Identity("directory")


def _app(account: Account, credentials: Mapping[str, Any], document: Mapping[str, Any]) -> App:
    return App(
        app_id=account.ids.record(),
        app_code_name=credentials["app_code_name"],
        name=document.get("name", APP_NAME),
        app_type=tuple(document.get("app_type", (IMPORTS_CLIENTS,))),
        api_uri=document.get("api_uri"),
        redirect_uri=document.get("redirect_uri"),
        url_params=("business_uid", "staff_uid"),
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
    )
