"""People: found, opted out, deleted (contract sections 2 and 5)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.rally import render
from customhouse_fakes.rally import search as searching
from customhouse_fakes.rally.errors import refuse
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
    return render.opted_out(_require(call, person))


def opt_out(call: Call, person: str) -> Json:
    changed = call.state.opt_out(_require(call, person), call.json["isOptedOut"])
    return {"personId": changed.id, "isOptedOut": changed.is_opted_out, "updatedAt": iso(changed.updated_at)}


def delete(call: Call, person_id: str) -> tuple[Json, int]:
    """By id only."""
    person = call.state.people.get(person_id)
    if person is None:
        raise refuse("person_not_found", id=person_id)
    return _deleted(_delete(call, [person]))


def delete_many(call: Call) -> tuple[Json, int]:
    """By id or by e-mail, as the title has it; who is unknown is passed over."""
    return _deleted(_delete(call, [call.state.people.find(id) for id in call.json["personIds"]]))


def delete_by_email(call: Call) -> Json:
    """The deprecated way."""
    people = call.state.people
    return {"personsDeletedCount": _delete(call, [people.with_email(email) for email in call.json["emails"]])}


def _found(call: Call, people: list[Person]) -> Json:
    attached = Attached.of(call.state, call.profile, call.json.get("attachProperties"))
    rows = page(people, asked(call.json.get("pageInfo") or {}), attached.render)
    return rows | {"errors": [{"errorCode": "UNAUTHORIZED", "propertyId": id} for id in attached.hidden]}


def _require(call: Call, id_or_email: str) -> Person:
    person: Person | None = call.state.people.find(id_or_email)
    if person is None:
        raise refuse("person_not_found", id=id_or_email)
    return person


def _delete(call: Call, people: list[Person | None]) -> int:
    unique = {person.id: person for person in people if person is not None}
    for person in unique.values():
        call.state.people.delete(person, call.state.now())
    return len(unique)


def _deleted(count: int) -> tuple[Json, int]:
    return {"message": "Successfully deleted people", "count": count}, 202
