"""Records as Rally writes them (contract sections 4 to 8)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.rally.state.around import Event, ImportFinished, OptedOut, Population, User
from customhouse_fakes.rally.state.imports import Import
from customhouse_fakes.rally.state.person import Person
from customhouse_fakes.rally.state.properties import Property
from customhouse_fakes.rally.state.stamps import iso
from customhouse_fakes.rally.state.workspace import Workspace

Json = dict[str, Any]


def import_status(imported: Import, workspace: Workspace) -> Json:
    """`GET /imports/{id}`: all six keys, always."""
    return {
        "importId": imported.id,
        "type": imported.type,
        "status": imported.status,
        "personCount": imported.person_count,
        "failedRecords": workspace.failed_records(imported),
        "updatedAt": iso(imported.updated_at),
    }


def property(one: Property) -> Json:
    return {
        "propertyId": one.id,
        "name": one.name,
        "propertyType": one.type,
        "propertyOptions": [
            {"propertyOptionId": option.id, "name": option.name, "color": option.color, "order": option.order}
            for option in one.options
        ],
        "isUnique": one.is_unique,
        "isPHI": one.is_phi,
        "isPII": one.is_pii,
    }


def population(one: Population) -> Json:
    return {"populationId": one.id, "name": one.name, "isExclusive": one.is_exclusive}


def user(one: User) -> Json:
    return {
        "userId": one.id,
        "email": one.email,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "role": one.role,
        "seat": one.seat,
    }


def opted_out(person: Person) -> Json:
    return {"personId": person.id, "email": person.email, "isOptedOut": person.is_opted_out}


def event(happened: Event, workspace: Workspace) -> Json:
    """The body of a webhook: flat, told apart by `_eventType` (contract section 8)."""
    match happened:
        case ImportFinished(imported):
            return {
                "_eventType": "person_import.api.finished",
                "importId": imported.id,
                "status": imported.status,
                "updatedAt": iso(imported.updated_at),
                "failedRecords": workspace.failed_records(imported),
            }
        case OptedOut(person):
            return {
                "_eventType": "person.opted_out",
                "email": person.email,
                "optedOut": person.is_opted_out,
                "updatedAt": iso(person.updated_at),
            }
