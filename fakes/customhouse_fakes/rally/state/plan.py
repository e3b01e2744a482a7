"""What a request to import people asks for, understood at its acceptance (contract sections 3.1 and 3.2).

Here is decided what refuses the whole request, which properties come to be, and which the columns are. The document is
taken to have the shape of its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from customhouse_fakes.rally.errors import refuse
from customhouse_fakes.rally.profile import RallyProfile

from .around import Population
from .imports import Imports
from .matching import Matching
from .properties import SELECTS, Properties, Property

Row = Mapping[str, Any]
#: How a record names a property: by id, or by name and type.
Key = str | tuple[str, str]
NAMES = ("firstName", "lastName")


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """The work of one import. `rows` are the records as they were sent.

    `property_ids` says what each way of naming a property means (None: nothing); `columns` are all properties that any
    record names, `names` which of firstName and lastName any record has. `doomed` are records that fail whatever
    happens, with the reason; `accepted` counts those that identify somebody.
    """

    rows: tuple[Row, ...]
    identifier: str
    population_id: str | None
    study_id: str | None
    property_ids: Mapping[Key, str | None]
    columns: frozenset[str]
    names: frozenset[str]
    doomed: Mapping[int, str]
    accepted: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def value(self, row: Row) -> str | None:
        """What a record identifies its person by, or None."""
        if self.identifier in ("email", "phone"):
            given = row.get(self.identifier)
        else:
            items = row.get("properties") or ()
            given = next((item.get("value") for item in items if self.meant(item) == self.identifier), None)
        return given if isinstance(given, str) and given.strip() else None

    def meant(self, item: Row) -> str | None:
        """The id of the property that an item of a record is about, or None."""
        return self.property_ids[key_of(item)]


def key_of(item: Row) -> Key:
    """An item is of form A (propertyId) or of form B (name and propertyType)."""
    id = item.get("propertyId")
    return id if id is not None else (item["name"], item["propertyType"])


@dataclass(slots=True)
class Naming:
    """The properties that a request names: where each way of naming one occurs first, and what it means."""

    first: dict[Key, tuple[int, int]] = field(default_factory=dict)
    ids: dict[Key, str | None] = field(default_factory=dict)
    new: dict[str, tuple[str, str]] = field(default_factory=dict)


class Planner:
    """Makes plans by one workspace's rules; raises the refusals of section 3.2 and then has changed nothing."""

    def __init__(
        self,
        profile: RallyProfile,
        matching: Matching,
        properties: Properties,
        populations: Mapping[str, Population],
        imports: Imports,
    ) -> None:
        self._profile = profile
        self._matching = matching
        self._properties = properties
        self._populations = populations
        self._imports = imports

    def plan(self, document: Row, import_id: str, now: float, study_id: str | None = None) -> PeoplePlan:
        """Understand a request; the properties that it names and nobody has are created (P9)."""
        rows = tuple(document["people"])
        self._require_size(rows)
        population_id = self._population(document.get("populationId"))
        identifier, problem = self._identifier(document.get("identifierPropertyId"))
        naming = self._naming(rows)
        plan = PeoplePlan(
            rows=rows,
            identifier=identifier,
            population_id=population_id,
            study_id=study_id,
            property_ids=naming.ids,
            columns=frozenset(),
            names=frozenset(name for name in NAMES if any(name in row for row in rows)),
            doomed=dict.fromkeys(range(len(rows)), problem) if problem else {},
            accepted=len(rows),
        )
        if problem is None:
            plan = self._with_doomed(plan)
        self._create(naming, import_id, now)
        return replace(plan, columns=frozenset(id for id in naming.ids.values() if id is not None))

    def _require_size(self, rows: tuple[Row, ...]) -> None:
        most = self._profile.max_people
        if len(rows) > most:
            raise refuse("import_too_many_people", path=("people",), count=len(rows), most=most)
        if not rows and self._profile.empty_request == "refused":
            raise refuse("import_no_people", path=("people",))

    def _population(self, id: str | None) -> str | None:
        if id is not None and id not in self._populations:
            status = self._profile.unknown_population
            raise refuse("import_unknown_population", path=("populationId",), status=status, id=id)
        return id

    def _identifier(self, given: str | None) -> tuple[str, str | None]:
        """`email`, `phone` or the id of a unique property; and why every record fails, if so (P15)."""
        if given is None or given in ("email", "phone"):
            return given or "email", None
        property = self._properties.by_id.get(given)
        if property is not None and property.is_unique:
            return given, None
        error = "import_unknown_identifier" if property is None else "import_identifier_not_unique"
        refusal = refuse(error, path=("identifierPropertyId",), id=given)
        if self._profile.bad_identifier == "refused":
            raise refusal
        return given, refusal.why

    # ---- properties ----

    def _naming(self, rows: tuple[Row, ...]) -> Naming:
        naming = Naming()
        first = naming.first
        for index, row in enumerate(rows):
            for at, item in enumerate(row.get("properties") or ()):
                key = key_of(item)
                if key not in first:
                    first[key] = (index, at)
        for key in first:
            if isinstance(key, str):
                self._understand_id(naming, key)
            else:
                self._understand_name(naming, key)
        return naming

    def _understand_id(self, naming: Naming, id: str) -> None:
        known = id in self._properties.by_id
        if not known and self._profile.unknown_property == "refused":
            raise refuse("import_unknown_property", path=_path(naming, id, "propertyId"), id=id)
        naming.ids[id] = id if known else None

    def _understand_name(self, naming: Naming, key: tuple[str, str]) -> None:
        name, type = key
        if not name.strip():
            raise refuse("property_name_blank", path=_path(naming, key, "name"))
        existing = self._existing(name)
        if existing is not None:
            naming.ids[key] = existing.id
            return
        if type in SELECTS and self._profile.new_select == "refused":
            raise refuse("import_new_select", path=_path(naming, key, "propertyType"), name=name)
        folded = self._matching.name(name)
        other = naming.new.setdefault(folded, key)
        if other[1] != type and self._profile.type_conflict == "refused":
            raise refuse("import_type_conflict", path=_path(naming, key, "propertyType"), name=name)
        naming.ids[key] = None

    def _existing(self, name: str) -> Property | None:
        """The property of a name; one that an unfinished import creates may not count yet (C28)."""
        for property in self._properties.named(name):
            maker = property.created_by.removeprefix("import:")
            if self._profile.same_new_property == "one" or not self._imports.is_open(maker):
                return property
        return None

    def _create(self, naming: Naming, import_id: str, now: float) -> None:
        """Make the new properties; nothing can be refused any more."""
        made: dict[str, str] = {}
        for folded, (name, type) in naming.new.items():
            given = name if self._profile.property_names == "exact" else name.strip()
            made[folded] = self._properties.add(given, type, by=f"import:{import_id}", now=now).id
        for key, id in naming.ids.items():
            if id is None and not isinstance(key, str):
                naming.ids[key] = made[self._matching.name(key[0])]

    # ---- records ----

    def _with_doomed(self, plan: PeoplePlan) -> PeoplePlan:
        """Find the records that identify nobody, or a person that an earlier one is about (P20)."""
        doomed: dict[int, str] = {}
        seen: dict[str, int] = {}
        nobodies = 0
        fold = {"email": self._matching.email, "phone": self._matching.phone}.get(plan.identifier, str)
        for index, row in enumerate(plan.rows):
            value = plan.value(row)
            key = fold(value) if value is not None else ""
            if not key:
                doomed[index] = self._nobody(index, plan.identifier)
                nobodies += 1
            elif seen.setdefault(key, index) != index and self._profile.duplicates == "first_wins":
                doomed[index] = f"{value} is in the request already, as record {seen[key]}"
        return replace(plan, doomed=doomed, accepted=len(plan.rows) - nobodies)

    def _nobody(self, index: int, identifier: str) -> str:
        refusal = refuse("import_no_identifier", path=("people", str(index)), identifier=identifier, index=index)
        if self._profile.missing_identifier == "refused":
            raise refusal
        return refusal.why


def _path(naming: Naming, key: Key, member: str) -> tuple[str, ...]:
    index, at = naming.first[key]
    return ("people", str(index), "properties", str(at), member)
