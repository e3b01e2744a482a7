"""People: found, opted out, deleted (contract sections 2 and 5)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.rally import render
from customhouse_fakes.rally import search as searching
from customhouse_fakes.rally.state.person import Person
from customhouse_fakes.rally.state.stamps import iso

from .attached import Attached
from .paging import asked, page

Json = dict[str, Any]


def search(call: Call) -> Json:
    """The only way to read people back. Hidden properties are named in `errors`, in a 200."""
    return _found(call, searching.find(call.state, call.json, call.json.get("filter")))


def ai_search(call: Call) -> Json:
    """No intelligence: every word of the prompt must occur in what is known of a person."""
    found = searching.with_words(call.state, call.json, call.json["prompt"])
    return {"success": True, "suggestions": [], "filterGroup": None, **_found(call, found)}


def opted_out(call: Call, person: str) -> Json:
    return render.opted_out(call.state.person(person))


def opt_out(call: Call, person: str) -> Json:
    changed = call.state.set_opted_out(person, call.json["isOptedOut"])
    return {"personId": changed.id, "isOptedOut": changed.is_opted_out, "updatedAt": iso(changed.updated_at)}


def delete(call: Call, person_id: str) -> tuple[Json, int]:
    """By id only."""
    call.state.delete_person(person_id)
    return _deleted(1)


def delete_many(call: Call) -> tuple[Json, int]:
    """Who is unknown is passed over."""
    return _deleted(call.state.delete_people(call.json["personIds"]))


def delete_by_email(call: Call) -> Json:
    """The deprecated way."""
    return {"personsDeletedCount": call.state.delete_people_by_email(call.json["emails"])}


def _found(call: Call, people: list[Person]) -> Json:
    attached = Attached.of(call.state, call.json.get("attachProperties"))
    rows = page(people, asked(call.json.get("pageInfo") or {}), attached.render)
    return rows | {"errors": [{"errorCode": "UNAUTHORIZED", "propertyId": id} for id in attached.hidden]}


def _deleted(count: int) -> tuple[Json, int]:
    return {"message": "Successfully deleted people", "count": count}, 202
