"""Tags, notes, subscriptions, and the token's own teammate (contract section 5)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intercom import render
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.paging import numbered_page, parse_page
from customhouse_fakes.intercom.state import labelling
from customhouse_fakes.intercom.state.workspace import Workspace

Json = dict[str, Any]
NOTES_PER_PAGE = 50


def create_tag(call: Call) -> Json:
    if not call.json.get("name"):
        raise refuse("tag_parameters")
    done = labelling.make_tag(call.state, call.json, call.version)
    body = render.tag(done.tag)
    if done.users or done.companies:
        body["users"] = [{"id": id, "tagged": tagged} for id, tagged in done.users]
        body["companies"] = [{"id": id, "tagged": tagged} for id, tagged in done.companies]
    return body


def get_tag(call: Call, id: str) -> Json:
    return render.tag(call.state.tag(id))


def list_tags(call: Call) -> Json:
    return render.plain_list(map(render.tag, call.state.tags.rows.values()))


def delete_tag(call: Call, id: str) -> bytes:
    labelling.delete_tag(call.state, id)
    return b""


def attach_tag(call: Call, id: str) -> Json:
    return render.tag(*labelling.attach_tag(call.state, id, call.json.get("id"), call.version), call.version)


def detach_tag(call: Call, id: str, tag_id: str) -> Json:
    return render.tag(*labelling.detach_tag(call.state, id, tag_id, call.version), call.version)


def list_tags_of_contact(call: Call, id: str) -> Json:
    state: Workspace = call.state
    applied = state.contacts.get(id, call.version).tags
    return render.plain_list(render.tag(state.tags.rows[one.tag], one, call.version) for one in applied)


def add_note(call: Call, id: str) -> Json:
    return render.note(call.state, labelling.add_note(call.state, id, call.json, call.version))


def list_notes(call: Call, id: str) -> Json:
    """The notes of a contact, newest first."""
    state: Workspace = call.state
    notes = [state.notes.rows[held] for held in reversed(state.contacts.get(id, call.version).notes)]
    number = parse_page(call.query.get("page"))
    page = numbered_page(notes, number, NOTES_PER_PAGE, key=lambda note: (note.created_at * 1000, note.id))
    return render.page(page, lambda note: render.note(state, note), null_next=True)


def attach_subscription(call: Call, id: str) -> Json:
    return render.subscription(labelling.attach_subscription(call.state, id, call.json, call.version))


def list_subscriptions_of_contact(call: Call, id: str) -> Json:
    state: Workspace = call.state
    contact = state.contacts.get(id, call.version)
    held = (*contact.opted_out, *contact.opted_in)
    return render.plain_list(render.subscription(state.subscriptions.rows[one]) for one in held)


def list_subscription_types(call: Call) -> Json:
    return render.plain_list(map(render.subscription, call.state.subscriptions.rows.values()))


def me(call: Call) -> Json:
    return render.me(call.state)
