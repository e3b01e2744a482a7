"""Contacts (contract section 2) and their search (section 3)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intercom import render
from customhouse_fakes.intercom.paging import Page
from customhouse_fakes.intercom.state.contact import Contact

Json = dict[str, Any]


def create(call: Call) -> Json:
    return render.contact(call.state, call.state.create_contact(call.json, call.version), call.version)


def get(call: Call, id: str) -> Json:
    return _one(call, call.state.contacts.get(id, call.version))


def find_by_external_id(call: Call, external_id: str) -> Json:
    return _one(call, call.state.contacts.with_external_id(external_id, call.version))


def update(call: Call, id: str) -> Json:
    return _one(call, call.state.update_contact(id, call.json, call.version))


def merge(call: Call) -> Json:
    return _one(call, call.state.merge_contacts(call.json, call.version))


def list_all(call: Call) -> Json:
    """Every contact, whatever else the query string says (contract section 2.2)."""
    query = call.query
    return _many(call, call.state.list_contacts(query.get("per_page"), query.get("starting_after")))


def search(call: Call) -> Json:
    return _many(call, call.state.search_contacts(call.json, call.version))


def delete(call: Call, id: str) -> Json:
    return render.reference(call.state.move_contact("delete", id), "deleted", True, call.version)


def archive(call: Call, id: str) -> Json:
    return render.reference(call.state.move_contact("archive", id), "archived", True, call.version)


def unarchive(call: Call, id: str) -> Json:
    return render.reference(call.state.move_contact("unarchive", id), "archived", False, call.version)


def block(call: Call, id: str) -> Json:
    return render.reference(call.state.move_contact("block", id), "blocked", True, call.version)


def _one(call: Call, contact: Contact) -> Json:
    return render.contact(call.state, contact, call.version, merge_history=_wants_history(call))


def _many(call: Call, page: Page[Contact]) -> Json:
    history = _wants_history(call)
    return render.page(page, lambda row: render.contact(call.state, row, call.version, merge_history=history))


def _wants_history(call: Call) -> bool:
    return call.query.get("include_merge_history") == "true"
