"""Apps, assignments and installs (contract section 1.4)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intandem.errors import refuse
from customhouse_fakes.intandem.state.identity import Actor

from . import render
from .paging import page_of

Json = dict[str, Any]
PER_PAGE, MOST = 25, 100


def create(call: Call, _actor: Actor) -> tuple[Json, int]:
    app = call.state.apps.create(call.json, call.state.ids)
    call.sandbox.admit(app.client_id, f"client_{app.app_code_name}")
    call.sandbox.hide(app.client_secret)
    return render.platform(render.new_app(app)), 201


def list_all(call: Call, _actor: Actor) -> tuple[Json, int]:
    """Documented with 201 (contract section 4.2)."""
    return {"apps": [render.app(app) for app in call.state.apps.by_code_name.values()], "status": "OK"}, 201


def assign(call: Call, _actor: Actor) -> tuple[Json, int]:
    state = call.state
    made = state.apps.assign(call.json, state.directory_uid, state.ids, state.now())
    return render.business(render.assignment(made)), 201


def list_assignments(call: Call, actor: Actor) -> Json:
    """All of the directory's; for a staff token those that reach its business (vcita's own workflow, section 1.4)."""
    wanted = {key: call.query[key] for key in ("app_code_name", "assignee_type", "assignee_uid") if key in call.query}
    business = actor.identity.business_uid
    rows = [
        render.assignment(row)
        for row in call.state.apps.assignments
        if all(getattr(row, key) == value for key, value in wanted.items())
        and (business is None or row.assignee_type != "business" or row.assignee_uid == business)
    ]
    return render.business({"app_assignments": rows})


def install(call: Call, actor: Actor) -> tuple[Json, int]:
    state, business_uid = call.state, call.json["business_uid"]
    if business_uid not in state.businesses or actor.identity.business_uid not in (None, business_uid):
        raise refuse("app_unknown", what="business_uid", value=business_uid)
    made = state.apps.install(call.json["app_code_name"], business_uid, state.ids, state.now())
    return render.business(render.install(made)), 201


def list_installs(call: Call, actor: Actor) -> Json:
    number, size = page_of(call.query, PER_PAGE, MOST)
    wanted = {key: call.query[key] for key in ("app_code_name", "business_uid") if key in call.query}
    if actor.identity.business_uid is not None:
        wanted["business_uid"] = actor.identity.business_uid
    rows = [
        render.install(row)
        for row in call.state.apps.installs
        if all(getattr(row, key) == value for key, value in wanted.items())
    ]
    return render.business({"business_app_installs": rows[(number - 1) * size : number * size]})
