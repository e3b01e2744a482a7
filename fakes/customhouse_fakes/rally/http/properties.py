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
    made, errors = call.state.create_properties(call.json)
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
    return _deleted(call.state.delete_properties(call.json["propertyIds"]))


def _deleted(count: int) -> tuple[Json, int]:
    return {"message": "Successfully deleted person properties", "count": count}, 202
