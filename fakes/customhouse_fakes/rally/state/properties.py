"""The person properties of a workspace (contract section 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from customhouse_fakes.core.indexes import MultiIndex
from customhouse_fakes.rally.errors import item, refuse

from .ids import Ids
from .matching import Fold

Json = dict[str, Any]
PropertyType = Literal["STRING", "NUMBER", "DATETIME", "BOOLEAN", "SINGLE_SELECT", "MULTI_SELECT", "LOCATION"]
SELECTS = frozenset({"SINGLE_SELECT", "MULTI_SELECT"})
#: Those that were seen (contract section 6); new options take them in turn.
COLORS = ("GREY", "GREEN", "YELLOW", "BLUE")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select property. `order` counts from 1 and is text at the vendor's."""

    id: str
    name: str
    color: str
    order: str


@dataclass(frozen=True, slots=True)
class Property:
    """One person property. `created_by` is `seed`, `api` or `import:<importId>`."""

    id: str
    name: str
    type: PropertyType
    created_by: str
    created_at: float
    options: tuple[Option, ...] = ()
    is_unique: bool = False
    is_phi: bool = False
    is_pii: bool = False

    def option(self, given: str) -> Option | None:
        """The option that is meant by its name or its id."""
        return next((option for option in self.options if given in (option.name, option.id)), None)

    def option_name(self, id: str) -> str | None:
        return next((option.name for option in self.options if option.id == id), None)


class Properties:
    """Properties by id, in order of creation, and by name as the workspace compares names."""

    def __init__(self, ids: Ids, fold: Fold, max_unique: int) -> None:
        self._ids = ids
        self._fold = fold
        self._max_unique = max_unique
        self._names: MultiIndex[str] = MultiIndex()
        self.by_id: dict[str, Property] = {}

    def __iter__(self) -> Iterator[Property]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def get(self, id: str) -> Property:
        found = self.by_id.get(id)
        if found is None:
            raise refuse("property_not_found", id=id)
        return found

    def fold(self, name: str) -> str:
        """A name as it is compared."""
        return self._fold(name)

    def named(self, name: str) -> Collection[Property]:
        """The properties of a name, oldest first; more than one only where twins can come to be."""
        return [self.by_id[id] for id in self._names.ids(self._fold(name))]

    def put(self, property: Property) -> Property:
        old = self.by_id.get(property.id)
        if old is not None:
            self._names.drop(self._fold(old.name), old.id)
        self.by_id[property.id] = property
        self._names.put(self._fold(property.name), property.id)
        return property

    def add(self, name: str, type: str, *, by: str, now: float) -> Property:
        """A new property that nothing but its name and type is known of (contract section 3.2, P13)."""
        return self.put(Property(self._ids.new("property"), name, cast(PropertyType, type), by, now))

    def create_many(self, rows: Sequence[Json], now: float, by: str = "api") -> tuple[list[Property], list[Json]]:
        """Those of `POST /properties/import` that can be created, and an item for each that cannot (partial success).

        Items are `{"message", "path", "name"}`.
        """
        made: list[Property] = []
        errors: list[Json] = []
        for index, row in enumerate(rows):
            problem = self._problem(index, row)
            if problem is None:
                made.append(self.create(row, now, by))
            else:
                errors.append({**problem, "name": row["name"]})
        return made, errors

    def create(self, row: Mapping[str, Any], now: float, by: str, given_id: str | None = None) -> Property:
        """A property out of its document, without questions."""
        made = Property(
            id=given_id or self._ids.new("property"),
            name=row["name"],
            type=row["propertyType"],
            created_by=by,
            created_at=now,
            options=self._options(row.get("propertyOptions") or (), ()),
            is_unique=bool(row.get("isUnique")),
            is_phi=bool(row.get("isPHI")),
            is_pii=bool(row.get("isPII")),
        )
        return self.put(made)

    def update(self, id: str, body: Mapping[str, Any]) -> Property:
        """Name, options and flags, as far as they are sent; options that are left out are deleted (S8)."""
        old = self.get(id)
        changes: dict[str, Any] = {}
        if body.get("name") is not None:
            self._require_name(body["name"], old)
            changes["name"] = body["name"]
        if body.get("propertyOptions") is not None:
            if old.type not in SELECTS and body["propertyOptions"]:
                raise refuse("property_options_misplaced", path=("propertyOptions",), type=old.type)
            changes["options"] = self._options(body["propertyOptions"], old.options)
        for key, name in (("isPHI", "is_phi"), ("isPII", "is_pii")):
            if body.get(key) is not None:
                changes[name] = body[key]
        return self.put(replace(old, **changes))

    def add_option(self, property: Property, name: str) -> Option:
        """One more option of a select property."""
        number = len(property.options)
        option = Option(self._ids.new("option"), name, COLORS[number % len(COLORS)], str(number + 1))
        self.put(replace(property, options=(*property.options, option)))
        return option

    def delete(self, id: str) -> Property:
        """Forget a property; what people held of it is not shown any more."""
        gone = self.get(id)
        del self.by_id[id]
        self._names.drop(self._fold(gone.name), id)
        return gone

    def copy(self) -> Properties:
        twin = Properties(self._ids, self._fold, self._max_unique)
        twin.by_id = self.by_id.copy()
        twin._names = self._names.copy()
        return twin

    def _problem(self, index: int, row: Json) -> Json | None:
        """Why a property cannot be created, or None."""
        at, type = str(index), row["propertyType"]
        if not row["name"].strip():
            return item("property_name_blank", path=(at, "name"))
        if self.named(row["name"]):
            return item("property_name_taken", path=(at, "name"), name=row["name"])
        if row.get("propertyOptions") and type not in SELECTS:
            return item("property_options_misplaced", path=(at, "propertyOptions"), type=type)
        return self._unique_problem(at, type) if row.get("isUnique") else None

    def _unique_problem(self, at: str, type: str) -> Json | None:
        """Why a property cannot be a unique one, or None."""
        if type != "STRING":
            return item("property_unique_type", path=(at, "isUnique"), type=type)
        if sum(property.is_unique for property in self) >= self._max_unique:
            return item("property_too_many_unique", path=(at, "isUnique"), most=self._max_unique)
        return None

    def _require_name(self, name: str, own: Property) -> None:
        if not name.strip():
            raise refuse("property_name_blank", path=("name",))
        if any(other.id != own.id for other in self.named(name)):
            raise refuse("property_name_taken", path=("name",), name=name)

    def _options(self, rows: Sequence[Mapping[str, Any]], old: tuple[Option, ...]) -> tuple[Option, ...]:
        """Options as they are given, in that order; those that exist, by id or by name, keep their ids."""
        made = []
        for number, row in enumerate(rows):
            kept = next((o for o in old if row.get("propertyOptionId") == o.id or row.get("name") == o.name), None)
            made.append(
                Option(
                    id=kept.id if kept else self._ids.new("option"),
                    name=row.get("name") or (kept.name if kept else ""),
                    color=row.get("color") or (kept.color if kept else COLORS[number % len(COLORS)]),
                    order=str(number + 1),
                )
            )
        return tuple(made)
