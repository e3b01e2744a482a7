"""Fields and matters of a business (contract sections 3.2 and 3.4), and its webhooks (section 4.3)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intandem.errors import refuse
from customhouse_fakes.intandem.state.identity import Actor

from . import render
from .paging import page_of

Json = dict[str, Any]
PER_PAGE, MOST = 25, 100


def list_fields(call: Call, actor: Actor) -> Json:
    number, size = page_of(call.query, PER_PAGE, MOST)
    fields = list(call.state.businesses[actor.business_uid].fields)
    rows = [render.field(field) for field in fields[(number - 1) * size : number * size]]
    return render.platform(rows if call.profile.fields_envelope == "list" else {"fields": rows})


def create_field(call: Call, actor: Actor) -> tuple[Json, int]:
    fields = call.state.businesses[actor.business_uid].fields
    return render.platform(render.field(fields.create(call.json, call.state.ids, call.state.now()))), 201


def list_matters(call: Call, actor: Actor, client_uid: str) -> Json:
    business = call.state.businesses[actor.business_uid]
    client, matters = call.state.matters_of(actor.business_uid, client_uid)
    return render.business({"matters": [render.matter(matter, client, business) for matter in matters]})


def create_matter(call: Call, actor: Actor, client_uid: str) -> tuple[Json, int]:
    business = call.state.businesses[actor.business_uid]
    client, matter = call.state.create_matter(actor.business_uid, client_uid, call.json)
    return render.business({"matter": render.matter(matter, client, business)}), 201


def subscribe(call: Call, actor: Actor) -> tuple[Json, int]:
    event, target_url = call.json.get("event"), call.json.get("target_url")
    if not event or not target_url:
        raise refuse("webhook_not_subscribed", problem="lacks event or target_url")
    made = call.state.subscriptions.add(actor.identity, event, target_url, call.state.ids)
    return render.platform({"subscription_id": made.id}), 201


def unsubscribe(call: Call, actor: Actor) -> Json:
    call.state.subscriptions.remove(actor.identity, call.json)
    return render.platform({})


def list_webhooks(call: Call, actor: Actor) -> Json:
    rows = [render.subscription(one) for one in call.state.subscriptions.of(actor.identity)]
    return {"response": {"success": "ok", "data": {"subscriptions": rows}}}
