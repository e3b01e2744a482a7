"""Imports: of people, of participants into a study, of activities; and what became of one (sections 3, 4 and 7)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.rally import render, working
from customhouse_fakes.rally.state.imports import Import

Json = dict[str, Any]


def import_people(call: Call) -> tuple[Json, int]:
    return _begun(call, call.state.accept(call.json))


def import_participants(call: Call, study_id: str) -> tuple[Json, int]:
    return _begun(call, call.state.accept(call.json, study_id))


def import_activities(call: Call) -> tuple[Json, int]:
    """202 with the items that are not imported, if there are any: the rest is."""
    imported, errors = call.state.accept_activities(call.json)
    working.keep_working(call.sandbox)
    begun = {
        "message": "Successfully began importing activities",
        "peopleCount": len(call.json["peopleActivities"]) - len(errors),
        "activitiesCount": imported.count,
        "importId": imported.id,
    }
    return begun | ({"errors": errors} if errors else {}), 202


def get(call: Call, import_id: str) -> Json:
    return render.import_status(call.state.poll(import_id), call.state)


def _begun(call: Call, imported: Import) -> tuple[Json, int]:
    working.keep_working(call.sandbox)
    begun = {
        "message": "Successfully began importing people",
        "count": imported.count,
        "importId": imported.given_id,
    }
    return begun, call.profile.success_status
