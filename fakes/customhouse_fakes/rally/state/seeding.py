"""Putting records in directly: properties, populations, studies, people. No limits, no webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customhouse_fakes.core.errors import SeedError
from customhouse_fakes.rally.schemas import schema

from .around import Study
from .person import Person, RecordError
from .properties import Property
from .values import Values, is_blank
from .workspace import Workspace

Row = Mapping[str, Any]
TEXTS = {
    "email": "email",
    "phone": "phone",
    "firstName": "first_name",
    "lastName": "last_name",
    "lastContactDate": "last_contact_date",
}


def seed(workspace: Workspace, document: Row) -> dict[str, int]:
    """Add the records of a seed document (`schemas/seed.json`) and count them.

    `refuse` are identifiers of people whom imports fail: the one failure that nobody can see coming.

    People name properties and populations by name: those of the document, and those that the workspace has already.
    Raises `SeedError` naming everything that is wrong, and then has changed nothing.
    """
    problems = [str(problem) for problem in schema("seed").problems(dict(document))] or _conflicts(workspace, document)
    if problems:
        raise SeedError("the seed document was refused", problems=problems)
    twin = workspace.copy()
    for row in document.get("properties", ()):
        _property(twin, row)
    for row in document.get("populations", ()):
        twin.add_population(row["name"], is_exclusive=row.get("isExclusive", False), id=row.get("populationId"))
    for row in document.get("studies", ()):
        id = row.get("studyId") or twin.ids.new("study")
        twin.studies[id] = Study(id, row["name"])
    _people(twin, document.get("people", ()))
    twin.refusing |= {value.casefold() for value in document.get("refuse", ())}
    workspace.take_over(twin)
    return {key: len(rows) for key, rows in document.items()}


def _conflicts(workspace: Workspace, document: Row) -> list[str]:
    """What is there already."""
    taken = [row["name"] for row in document.get("properties", ()) if workspace.properties.named(row["name"])]
    return [f"there is a property {name!r} already" for name in taken]


def _property(workspace: Workspace, row: Row) -> None:
    given = dict(row)
    options = [{"name": name} for name in given.pop("options", ())]
    made = workspace.properties.create(
        given | {"propertyOptions": options}, workspace.now(), "seed", row.get("propertyId")
    )
    workspace.watch(made)


def _people(workspace: Workspace, rows: list[Row]) -> None:
    problems = []
    populations = {population.name: population.id for population in workspace.populations.values()}
    values = Values(workspace.profile, workspace.properties)
    for index, row in enumerate(rows):
        try:
            workspace.people.put(_person(workspace, row, values, populations))
        except RecordError as problem:
            problems.append(f"people/{index}: {problem}")
    if problems:
        raise SeedError("the seed document was refused", problems=problems)


def _person(workspace: Workspace, row: Row, values: Values, populations: Mapping[str, str]) -> Person:
    now = workspace.now()
    id = row.get("personId") or workspace.ids.new("person")
    if id in workspace.people.by_id:
        raise RecordError(f"there is a person {id} already")
    unknown = [name for name in row.get("populations", ()) if name not in populations]
    if unknown:
        raise RecordError(f"there is no population {unknown[0]!r}")
    return Person(
        id=id,
        number=workspace.people.next_number,
        created_at=now,
        updated_at=now,
        created_by="seed",
        updated_by="seed",
        is_opted_out=row.get("isOptedOut", False),
        additional_emails=tuple(row.get("additionalEmails", ())),
        additional_phones=tuple(row.get("additionalPhones", ())),
        values=_values(workspace, row, values),
        populations=tuple(populations[name] for name in row.get("populations", ())),
        deleted=row.get("deleted", False),
        **{name: row[key] for key, name in TEXTS.items() if key in row},
    )


def _values(workspace: Workspace, row: Row, values: Values) -> dict[str, Any]:
    given = {name: raw for name, raw in row.get("properties", {}).items() if not is_blank(raw)}
    pairs = [(_named(workspace, name), raw) for name, raw in given.items()]
    return {property.id: values.read(property, raw) for property, raw in pairs}


def _named(workspace: Workspace, name: str) -> Property:
    found = list(workspace.properties.named(name))
    if not found:
        raise RecordError(f"there is no property {name!r}; add it to the document's properties")
    return found[0]
