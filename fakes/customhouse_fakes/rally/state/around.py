"""What stands around people: populations, users, studies with their participants, activities; and what is told of."""

from __future__ import annotations

from dataclasses import dataclass

from .imports import Import
from .person import Person


@dataclass(frozen=True, slots=True)
class Population:
    """A part of the people of a workspace. Who is in an exclusive one is in no other (contract section 6)."""

    id: str
    name: str
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works in the workspace; tokens act as one (contract section 9)."""

    id: str
    email: str
    first_name: str
    last_name: str
    role: str
    seat: str


@dataclass(frozen=True, slots=True)
class Study:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A person in a study."""

    id: str
    study_id: str
    person_id: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that a person did, backfilled (contract section 7)."""

    person_id: str
    type: str
    activity_at: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class ImportFinished:
    """An import came to its end: `person_import.api.finished`."""

    imported: Import


@dataclass(frozen=True, slots=True)
class OptedOut:
    """A person opted out or back in: `person.opted_out` both times (contract section 8)."""

    person: Person


Event = ImportFinished | OptedOut
