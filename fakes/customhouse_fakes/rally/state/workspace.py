"""The workspace: everything that one sandbox of the fake Rally holds, and the calls that touch several tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.rally.errors import refuse
from customhouse_fakes.rally.jobs.runner import Runner, Worker
from customhouse_fakes.rally.profile import RallyProfile

from .activities import ActivitiesImport, ActivitiesPlan, plan_activities
from .around import Activity, Event, ImportFinished, OptedOut, Participant, Population, Study, User
from .endpoints import Endpoints
from .ids import Ids
from .importing import PeopleImport, Store
from .imports import Import, Imports, ImportType, Plan
from .matching import Matching
from .people import People
from .person import Failure, Person
from .plan import Planner
from .properties import Properties, Property
from .values import Values

Json = dict[str, Any]
TABLES = (
    "people", "properties", "populations", "studies", "participants", "activities", "refusing", "imports", "endpoints",
    "users",
)  # fmt: skip


class Workspace:
    """People, properties, imports and what stands around them. Bodies are JSON objects of the shape of their schema;
    refusals are `VendorError`s.

    `now` is the sandbox's clock; `sent` lists the webhooks that went out. Nothing here waits or calls anybody: imports
    move on when `step` is called, and what is to be told waits in a queue for `drain_events`.
    """

    def __init__(self, profile: RallyProfile, random: SeededRandom, now: Callable[[], float]) -> None:
        self.profile = profile
        self.now = now
        self.ids = Ids(random)
        self.id = self.ids.new("workspace", "wsp_")
        self.team_id = self.ids.new("team", "team_")
        self.matching = Matching.of(profile)
        self.people = People(self.matching, match_secondary=profile.match_secondary_emails)
        self.properties = Properties(self.ids, self.matching.name, profile.max_unique_properties)
        self.populations: dict[str, Population] = {}
        self.studies: dict[str, Study] = {}
        self.participants: dict[tuple[str, str], Participant] = {}
        self.activities: list[Activity] = []
        self.refusing: set[str] = set()
        self.imports = Imports()
        self.endpoints = Endpoints()
        self.sent: Callable[[], Iterable[Json]] = tuple
        self.me = self._founder()
        self.users: dict[str, User] = {self.me.id: self.me}
        self._events: list[Event] = []

    # ---- imports ----

    def accept(self, document: Mapping[str, Any], study_id: str | None = None) -> Import:
        """Accept a request to import people, into a study if one is given; raises the refusals of section 3.2.

        The properties that it names exist from now on (P9); people follow when the import is worked on.
        """
        self.step()
        if study_id is not None:
            self.study(study_id)
        id, now = self.ids.new("import"), self.now()
        planner = Planner(self.profile, self.matching, self.properties, self.populations, self.imports)
        plan = planner.plan(document, id, now, study_id)
        return self._begin(id, "API", plan, accepted=plan.accepted)

    def accept_activities(self, document: Mapping[str, Any]) -> tuple[Import, list[Json]]:
        """Accept activities; with an item `{"message", "path"}` for each person whose activities are not imported."""
        self.step()
        plan, errors = plan_activities(document, self.people, self.profile.max_activities)
        return self._begin(self.ids.new("import"), "ACTIVITIES", plan, accepted=len(plan)), errors

    def poll(self, id: str) -> Import:
        """An import as a call to `GET /imports/{importId}` sees it: the call may move it on, or come too early."""
        self.step()
        imported = self.imports.by_id.get(id)
        if imported is None:
            raise refuse("import_not_found", id=id)
        imported = self.imports.put(replace(imported, polls=imported.polls + 1))
        if imported.polls <= self.profile.visible_after_polls:
            raise refuse("import_not_found", id=id)
        if self.profile.processing == "polls" and self.imports.is_open(id):
            self._tick(imported)
            self.step()
        return self.imports.by_id[id]

    def step(self, most: int | None = None) -> float | None:
        """Do what is due now, looking at no more than `most` records (all, when None).

        Returns the time at which something is due next (not later than now: there is work left over), or None.
        """
        return self._runner().step(self.now(), most)

    def settle(self) -> None:
        """Bring every open import to its end at once, whatever its pace; the frozen ones stay."""
        self._runner().step(self.now(), hurry=True)

    def failed_records(self, imported: Import) -> list[Json] | None:
        """`failedRecords` of an import, in answers and webhooks; None when there are none (contract section 4)."""
        return [self._failed_record(failure) for failure in imported.failures] or None

    def drain_events(self) -> list[Event]:
        """What is to be told since the last call, in order."""
        events, self._events = self._events, []
        return events

    def _begin(self, id: str, type: ImportType, plan: Plan, accepted: int) -> Import:
        profile, now = self.profile, self.now()
        starts_at, ends_at = self.imports.schedule(profile, now)
        unlucky = not profile.unlucky_imports or len(self.imports.by_id) < profile.unlucky_imports
        outcome = profile.import_outcome if unlucky else "completed"
        imported = Import(
            id=id,
            type=type,
            records=len(plan),
            count=accepted,
            goal=len(plan) if outcome == "completed" else int(len(plan) * profile.stops_after),
            outcome=outcome,
            answered=type == "ACTIVITIES" or self._answers_id(accepted),
            submitted_at=now,
            updated_at=now,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        self.imports.add(imported, plan)
        if profile.processing == "at_once":
            self.step()
        return self.imports.by_id[id]

    def _answers_id(self, accepted: int) -> bool:
        given = self.profile.import_id
        return given == "given" or (given == "null_when_empty" and accepted > 0)

    def _tick(self, polled: Import) -> None:
        """A poll moves on the import that it asks for; first in, first out, the one whose turn it is."""
        moved = polled if self.profile.import_order == "overlapping" else next(self.imports.open())
        self.imports.put(replace(moved, ticks=moved.ticks + 1))

    def _runner(self) -> Runner:
        return Runner(self.profile, self.imports, self._employ, self._finished)

    def _employ(self, imported: Import, plan: Any) -> Worker:
        if isinstance(plan, ActivitiesPlan):
            return ActivitiesImport(self.activities, plan)
        store = Store(
            people=self.people,
            properties=self.properties,
            populations=self.populations,
            participants=self.participants,
            refusing=self.refusing,
            ids=self.ids,
            told=self._events.append,
        )
        return PeopleImport(store, self.matching, self.profile, imported, plan)

    def _finished(self, imported: Import) -> None:
        """An import without an id is told of nowhere, and of activities no event is documented (contract section 8)."""
        if imported.answered and imported.type == "API":
            self._events.append(ImportFinished(imported))

    def _failed_record(self, failure: Failure) -> Json:
        if failure.person_id is not None and self.profile.failed_record_key == "person_id":
            return {"personId": failure.person_id}
        if failure.email:
            return {"email": failure.email}
        return {"email": None} if self.profile.failed_record_shape == "email_null" else {}

    # ---- people ----

    def person(self, id_or_email: str) -> Person:
        found = self.people.find(id_or_email)
        if found is None:
            raise refuse("person_not_found", id=id_or_email)
        return found

    def set_opted_out(self, id_or_email: str, opted_out: bool) -> Person:
        """Opt a person out or in; a change is told of (contract section 8)."""
        person = self.person(id_or_email)
        if person.is_opted_out == opted_out:
            return person
        changed = replace(person, is_opted_out=opted_out, updated_at=self.now(), updated_by="api")
        self._events.append(OptedOut(changed))
        return self.people.put(changed)

    def delete_person(self, id: str) -> Person:
        """By id only (contract section 2)."""
        person = self.people.get(id)
        if person is None:
            raise refuse("person_not_found", id=id)
        return self.people.delete(person, self.now())

    def delete_people(self, ids: Iterable[str]) -> int:
        """Delete those that exist; how many they were."""
        return self._delete(self.people.get(id) for id in ids)

    def delete_people_by_email(self, emails: Iterable[str]) -> int:
        return self._delete(self.people.with_email(email) for email in emails)

    def shown_values(self, person: Person) -> list[tuple[Property, Any]]:
        """The properties of which a person has a value, in order of their creation, and the values on the wire."""
        held, values = person.values, Values(self.profile, self.properties)
        pairs = [(one, values.show(one, held[one.id])) for one in self.properties if one.id in held]
        return [(one, value) for one, value in pairs if value is not None]

    def _delete(self, found: Iterable[Person | None]) -> int:
        people = {person.id: person for person in found if person is not None}
        for person in people.values():
            self.people.delete(person, self.now())
        return len(people)

    # ---- properties ----

    def create_properties(self, rows: list[Json]) -> tuple[list[Property], list[Json]]:
        """Those that can be created, and `{"message", "path", "name"}` for each that cannot."""
        made, errors = self.properties.create_many(rows, self.now())
        for property in made:
            self.watch(property)
        return made, errors

    def watch(self, property: Property) -> None:
        """See to it that people are found by the values of a unique property."""
        if property.is_unique:
            self.people.watch(property.id)

    def delete_properties(self, ids: Iterable[str]) -> int:
        """Delete those that exist; how many they were."""
        known = dict.fromkeys(id for id in ids if id in self.properties.by_id)
        for id in known:
            self.properties.delete(id)
        return len(known)

    # ---- populations and studies ----

    def add_population(self, name: str, *, is_exclusive: bool = False, id: str | None = None) -> Population:
        population = Population(id or self.ids.new("population"), name, is_exclusive)
        self.populations[population.id] = population
        return population

    def study(self, id: str) -> Study:
        found = self.studies.get(id)
        if found is None:
            raise refuse("study_not_found", id=id)
        return found

    # ---- snapshots ----

    def copy(self) -> Workspace:
        """An independent workspace with the same records, shared. Imports that run, run on in both.

        What waits to be told stays with the original.
        """
        twin = Workspace.__new__(Workspace)
        twin.__dict__.update(self.__dict__)
        for name in TABLES:
            setattr(twin, name, getattr(self, name).copy())
        twin._events = []
        return twin

    def take_over(self, twin: Workspace) -> None:
        """Become what a copy of this workspace was made into."""
        for name in TABLES:
            setattr(self, name, getattr(twin, name))

    def _founder(self) -> User:
        """Whose rights the token has (contract section 9)."""
        id = self.ids.new("user", "usr_")
        return User(id, "developer@workspace.example", "Dev", "Rally", self.profile.token_role, "RALLY")
