"""The initiating POST (contract section 1)."""

from __future__ import annotations

from typing import Any

import orjson

from customhouse_fakes.core.call import Call
from customhouse_fakes.intandem.puller import office
from customhouse_fakes.intandem.state.identity import Actor


def start(call: Call, actor: Actor, app_code_name: str) -> tuple[dict[str, Any], int]:
    session = call.state.begin_import(actor, app_code_name, _document(call.body))
    pull = office.begin(call.sandbox, session)
    if (session.order.plan.start or call.profile.start) == "before-answer":
        call.hold = pull.first_page
    data = None if session.form is None else {"session_id": session.given}
    return {"success": True, "data": data}, call.profile.success_status


def _document(body: bytes) -> dict[str, Any] | None:
    """The body as an object; None when it is missing or none, which is the documented 500 and no parse error."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None
