"""Tokens: of a business's staff, of an app, and by OAuth (contract sections 1.5 and 4.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson

from customhouse_fakes.core.call import Call
from customhouse_fakes.intandem.errors import refuse
from customhouse_fakes.intandem.jose import compact_jws
from customhouse_fakes.intandem.state.apps import App
from customhouse_fakes.intandem.state.identity import Actor

from . import render
from .dialect import read_open_body

Json = dict[str, Any]
USER_TOKEN_S = 631139040
SERVICE_TOKEN_S = 3600


def create(call: Call, _actor: Actor) -> tuple[Json, int]:
    business = call.json.get("business_id") or call.json.get("business_uid")
    return render.platform({"token": _admitted(call, call.state.issue_staff_token(business), "staff")}), 201


def service_token(call: Call, _actor: None) -> Json:
    document = _read(call)
    app = call.state.apps.with_client_id(document.get("service_id"))
    if app is None or document.get("service_secret") != app.client_secret:
        raise refuse("service_token_invalid")
    token = _admitted(call, call.state.issue_app_token(app), "app")
    created_at = render.stamp(call.state.now()).replace("+00:00", "Z")
    return {"access_token": token, "created_at": created_at, "expires_in": SERVICE_TOKEN_S, "token_type": "Bearer"}


def authorize(call: Call, _actor: None) -> tuple[bytes, int, dict[str, str]]:
    """What the browser does: here every staff member consents at once, for the first business or `business_uid`."""
    query = call.query
    app = call.state.apps.with_client_id(query.get("client_id"))
    target = query.get("redirect_uri") or (app.redirect_uri if app else None)
    if app is None or not target:
        raise refuse("oauth_invalid_request", problem="names no app, or no redirect_uri")
    business_uid = query.get("business_uid") or call.state.first_business.uid
    if business_uid not in call.state.businesses:
        raise refuse("oauth_invalid_request", problem=f"names the unknown business {business_uid}")
    code = call.state.codes.issue(app, business_uid)
    state = {"state": query["state"]} if "state" in query else {}
    joint = "&" if "?" in target else "?"
    return b"", 302, {"Location": f"{target}{joint}{urlencode({'code': code, **state})}"}


def user_token(call: Call, _actor: None) -> Json:
    """A code for a token; codes live 30 s and once."""
    document = _read(call)
    app = call.state.apps.with_client_id(document.get("client_id"))
    if app is None or document.get("client_secret") != app.client_secret:
        raise refuse("oauth_invalid_client")
    business_uid = call.state.codes.redeem(app, document.get("code"))
    if document.get("grant_type") != "authorization_code" or business_uid is None:
        raise refuse("oauth_invalid_request", problem="has no authorization_code that is still good")
    token = _admitted(call, call.state.issue_staff_token(business_uid), "staff")
    return {
        "access_token": token,
        "created_at": int(call.state.now()),
        "expires_in": USER_TOKEN_S,
        "token_type": "Bearer",
        "id_token": _id_token(call, app, business_uid),
    }


def userinfo(call: Call, actor: Actor) -> Json:
    business = call.state.businesses[actor.business_uid]
    return {
        "sub": actor.identity.staff_uid,
        "business_uid": business.uid,
        "directory_uid": call.state.directory_uid,
        "role": "owner",
        "type": "staff",
        "email": business.staff_email,
        "name": f"Owner of {business.name}",
    }


def _id_token(call: Call, app: App, business_uid: str) -> str:
    now = int(call.state.now())
    staff_uid = call.state.businesses[business_uid].staff_uid
    payload = {"sub": staff_uid, "aud": app.client_id, "iat": now, "exp": now + 3600, "business_id": business_uid}
    return compact_jws(payload, app.client_secret)


def _read(call: Call) -> dict[str, Any]:
    """JSON, or a form where the profile lets it pass."""
    document: dict[str, Any] = read_open_body(call.body)
    if not call.profile.form_bodies and not _is_json(call.body):
        raise refuse("oauth_invalid_request", problem="is a form; JSON was expected")
    return document


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _admitted(call: Call, token: str, kind: str) -> str:
    """Let a new token open the sandbox."""
    call.sandbox.admit(token, f"token_{kind}_{len(call.state.identities)}")
    return token
