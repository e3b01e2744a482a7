"""Data attributes (contract section 4)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intercom import render
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.state.attributes import MODEL_WORDS

Json = dict[str, Any]


def create(call: Call) -> Json:
    return render.data_attribute(call.state.create_attribute(call.json))


def update(call: Call, id: str) -> Json:
    if not (id.isascii() and id.isdecimal()):
        raise refuse("attribute_not_found", id=id)
    return render.data_attribute(call.state.update_attribute(int(id), call.json))


def list_all(call: Call) -> Json:
    query = call.query
    model = query.get("model") or None
    if model == "conversation":
        raise refuse("attribute_model_conversation")
    if model is not None and model not in MODEL_WORDS:
        raise refuse("attribute_model", model=model)
    archived = query.get("include_archived") == "true"
    return render.plain_list(map(render.data_attribute, call.state.attributes.listed(model, archived=archived)))
