"""The workspace as lines: what `GET …/state` shows and what a conformance record stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .imports import Import
from .person import Person
from .properties import Property
from .stamps import iso
from .workspace import Workspace

Json = dict[str, Any]


def export(workspace: Workspace) -> Iterator[Json]:
    """One object for each property, population, study, person (not the deleted ones), participant, activity, import
    and webhook delivery."""
    for property in workspace.properties:
        yield _property(property)
    for population in workspace.populations.values():
        yield {
            "type": "population",
            "populationId": population.id,
            "name": population.name,
            "isExclusive": population.is_exclusive,
        }
    for study in workspace.studies.values():
        yield {"type": "study", "studyId": study.id, "name": study.name}
    for person in workspace.people:
        yield _person(workspace, person)
    yield from _around(workspace)
    for imported in workspace.imports.by_id.values():
        yield import_line(workspace, imported)
    yield from workspace.sent()


def import_line(workspace: Workspace, imported: Import) -> Json:
    """An import as the control plane and the records show it: with the reasons that the vendor does not tell.

    `answered` is whether the answer gave its id; `records` were sent, `count` of them accepted.
    """
    return {
        "type": "import",
        "importId": imported.id,
        "answered": imported.answered,
        "importType": imported.type,
        "status": imported.status,
        "frozen": imported.frozen,
        "records": imported.records,
        "count": imported.count,
        "personCount": imported.person_count,
        "failedRecords": workspace.failed_records(imported),
        "failures": [
            {"index": failure.index, "email": failure.email, "phone": failure.phone, "reason": failure.reason}
            for failure in imported.failures
        ],
        "polls": imported.polls,
        "submittedAt": iso(imported.submitted_at),
        "updatedAt": iso(imported.updated_at),
    }


def _property(property: Property) -> Json:
    return {
        "type": "property",
        "propertyId": property.id,
        "name": property.name,
        "propertyType": property.type,
        "propertyOptions": [option.name for option in property.options],
        "isUnique": property.is_unique,
        "isPHI": property.is_phi,
        "isPII": property.is_pii,
        "createdBy": property.created_by,
    }


def _person(workspace: Workspace, person: Person) -> Json:
    """Values by the name of their property; where twins share a name, the younger one's is shown."""
    return {
        "type": "person",
        "personId": person.id,
        "email": person.email,
        "phone": person.phone,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "isOptedOut": person.is_opted_out,
        "lastContactDate": person.last_contact_date,
        "additionalEmails": list(person.additional_emails),
        "additionalPhones": list(person.additional_phones),
        "properties": {property.name: value for property, value in workspace.shown_values(person)},
        "populationIds": list(person.populations),
        "createdAt": iso(person.created_at),
        "updatedAt": iso(person.updated_at),
        "createdBy": person.created_by,
        "updatedBy": person.updated_by,
    }


def _around(workspace: Workspace) -> Iterator[Json]:
    for one in workspace.participants.values():
        yield {
            "type": "participant",
            "participantId": one.id,
            "studyId": one.study_id,
            "personId": one.person_id,
            "createdAt": iso(one.created_at),
        }
    for activity in workspace.activities:
        yield {
            "type": "activity",
            "personId": activity.person_id,
            "activityType": activity.type,
            "activityAt": activity.activity_at,
            "participantId": activity.participant_id,
        }
