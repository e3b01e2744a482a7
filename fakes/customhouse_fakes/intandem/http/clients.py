"""Clients (contract section 3.3): what an app can check after an import."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intandem.jose import compact_jws
from customhouse_fakes.intandem.state.client import Client
from customhouse_fakes.intandem.state.identity import Actor

from . import render
from .paging import page_of

Json = dict[str, Any]
PER_PAGE, MOST = 25, 100
FILTERS = {"search_term", "updated_at[gte]"}


def create(call: Call, actor: Actor) -> tuple[Json, int]:
    client = call.state.create_client(actor.business_uid, call.json)
    token = compact_jws({"client_id": client.id, "business_id": client.business_uid}, call.state.jwt_key)
    return render.platform({"client": render.client(client), "token": token}), 201


def list_all(call: Call, actor: Actor) -> Json:
    number, size = page_of(call.query, PER_PAGE, MOST)
    first = (number - 1) * size
    searching = FILTERS & call.query.keys()
    found = _search(call, actor.business_uid) if searching else None
    rows = islice(found, first, first + size) if found else call.state.clients.page(actor.business_uid, first, size)
    return render.platform({"clients": [render.listed_client(client) for client in rows]})


def get(call: Call, actor: Actor, id: str) -> Json:
    client = call.state.client(actor.business_uid, id)
    matters = call.state.clients.matters(client)
    return render.platform({"client": render.client(client) | render.client_matters(matters)})


def update(call: Call, actor: Actor, id: str) -> Json:
    return render.platform({"client": render.client(call.state.update_client(actor.business_uid, id, call.json))})


def delete(call: Call, actor: Actor, id: str) -> Json:
    return render.platform({"client": render.client(call.state.delete_client(actor.business_uid, id))})


def _search(call: Call, business_uid: str) -> Iterator[Client]:
    """By e-mail or uid through an index; by phone or by what `updated_at[gte]` leaves, through all clients."""
    term, by = call.query.get("search_term"), call.query.get("search_by", "email")
    clients = call.state.clients
    if term and by in ("email", "uid"):
        found = clients.with_email(business_uid, term) if by == "email" else clients.get(business_uid, term)
        return iter([found] if found else [])
    since = call.query.get("updated_at[gte]")
    return (
        client
        for client in clients.of(business_uid)
        if (not term or by != "phone" or render.digits(client.phone) == render.digits(term))
        and (not since or render.stamp(client.updated_at) >= since)
    )
