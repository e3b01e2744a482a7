"""What every operation does first: who calls and on whose business, and the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import orjson

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.call import Call
from customhouse_fakes.core.schemas import Schema
from customhouse_fakes.intandem.errors import family_of, refuse
from customhouse_fakes.intandem.state.identity import Actor, Identity, Kind

ON_BEHALF_OF = "x-on-behalf-of"

# Whom an operation wants: a business to act on; a token, of whatever business; or nobody in particular.
Scope = Literal["business", "account", "open"]


def actor_of(call: Call, scope: Scope, kinds: tuple[Kind, ...]) -> Actor | None:
    """Who calls; raises the 401 that fits (contract section 1.3). None for operations that are open to anybody."""
    if not call.profile.double_slashes and "//" in call.request.path:
        raise refuse(f"not_found_{family_of(call.request.path)}")
    if scope == "open":
        return None
    identity = _identity(call)
    if identity.kind not in kinds:
        raise _wrong_context(call, f"a token of the kind {identity.kind} may not do it")
    return Actor(identity, _RESOLVERS[identity.kind](call, identity) if scope == "business" else "")


def _identity(call: Call) -> Identity:
    scheme, _, value = call.headers.get("authorization", "").strip().partition(" ")
    token = value.strip().removeprefix("token=").strip('"')
    identity = call.state.identify(token)
    if identity is None or (scheme.lower() == "token" and not call.profile.token_scheme):
        raise refuse("unauthorized")
    found: Identity = identity
    return found


def _staff(call: Call, identity: Identity) -> str:
    named = call.headers.get(ON_BEHALF_OF)
    if named is not None and named != identity.business_uid:
        raise _wrong_context(call, f"a staff token of {identity.business_uid} on behalf of {named}")
    return str(identity.business_uid)


def _directory(call: Call, _identity: Identity) -> str:
    named = call.headers.get(ON_BEHALF_OF)
    if not named:
        raise _wrong_context(call, "a Directory token without X-On-Behalf-Of")
    if named not in call.state.businesses:
        raise refuse("not_owner", business=named)
    return named


def _app(call: Call, identity: Identity) -> str:
    """The business that is named, or the only one that has the app."""
    having: list[str] = call.state.apps.businesses_of(identity.app_code_name)
    named = call.headers.get(ON_BEHALF_OF) or (having[0] if len(having) == 1 else None)
    if named not in having:
        raise _wrong_context(call, f"an App token on behalf of {named or 'no business'}")
    return str(named)


_RESOLVERS: dict[Kind, Callable[[Call, Identity], str]] = {"staff": _staff, "directory": _directory, "app": _app}


def _wrong_context(call: Call, problem: str) -> VendorError:
    quirk = call.profile.clients_unauthorized == 422 and (call.operation or "").startswith("clients.")
    return refuse("gateway_unauthorized" if quirk else "wrong_context", problem=problem)


def read_body(call: Call, schema: Schema) -> dict[str, Any]:
    """The JSON object of a body; raises the family's refusal."""
    malformed = f"malformed_{family_of(call.request.path)}"
    try:
        document = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise refuse(malformed, problem="is not JSON" if call.body else "is missing") from error
    problems = schema.problems(document)
    if problems:
        raise refuse(malformed, problem=f"breaks its schema: {problems[0]}")
    found: dict[str, Any] = document
    return found
