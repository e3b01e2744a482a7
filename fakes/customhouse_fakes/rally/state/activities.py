"""Backfilled activities (contract section 7): those that can be imported are, the others are told in the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customhouse_fakes.rally.errors import item, refuse

from .around import Activity
from .people import People
from .person import Failure

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ActivitiesPlan:
    """The work of one import of activities: one for each."""

    activities: tuple[Activity, ...]

    def __len__(self) -> int:
        return len(self.activities)


class ActivitiesImport:
    """Adds the activities of one import."""

    def __init__(self, store: list[Activity], plan: ActivitiesPlan) -> None:
        self._store = store
        self._plan = plan

    def take(self, index: int, _: float) -> Failure | None:
        self._store.append(self._plan.activities[index])
        return None


def plan_activities(document: Mapping[str, Any], people: People, most: int) -> tuple[ActivitiesPlan, list[Json]]:
    """What can be imported, and an item `{"message", "path"}` for each person that is unknown."""
    rows = document["peopleActivities"]
    count = sum(len(row["activities"]) for row in rows)
    if count > most:
        raise refuse("import_too_many_activities", path=("peopleActivities",), count=count, most=most)
    known: list[Activity] = []
    errors: list[Json] = []
    for index, row in enumerate(rows):
        person = people.get(row["personId"])
        if person is None:
            errors.append(
                item("person_not_found", path=("peopleActivities", str(index), "personId"), id=row["personId"])
            )
            continue
        known += [
            Activity(person.id, one["type"], one["activityAt"], one.get("participantId")) for one in row["activities"]
        ]
    return ActivitiesPlan(tuple(known)), errors
