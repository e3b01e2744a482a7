"""Person properties (contract section 6)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.rally import render

from .paging import asked, page

Json = dict[str, Any]


def list_all(call: Call) -> Json:
    return page(list(call.state.properties), asked(call.query), render.property)


def create_many(call: Call) -> Json:
    """What can be created is, the rest is listed beside it: a 200 either way."""
    made, errors = call.state.properties.create_many(call.json, call.state.now())
    results = [
        {"personProperty": render.property(one), "isAsync": False, "bulkActionUserRequestId": f"bulk_{one.id}"}
        for one in made
    ]
    return {"results": results, "errors": errors}


def get(call: Call, property_id: str) -> Json:
    return render.property(call.state.properties.get(property_id))


def update(call: Call, property_id: str) -> Json:
    return render.property(call.state.properties.update(property_id, call.json))


def delete(call: Call, property_id: str) -> tuple[Json, int]:
    call.state.properties.delete(property_id)
    return _deleted(1)


def delete_many(call: Call) -> tuple[Json, int]:
    """Those that exist; ids of none are passed over."""
    known = [id for id in dict.fromkeys(call.json["propertyIds"]) if id in call.state.properties.by_id]
    for id in known:
        call.state.properties.delete(id)
    return _deleted(len(known))


def _deleted(count: int) -> tuple[Json, int]:
    return {"message": "Successfully deleted person properties", "count": count}, 202
