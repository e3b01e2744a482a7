"""From a source record to a person: which column is which field, and which properties the source uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from reference_importer.common.checkpoint import Staged
from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import RowError, SourceError
from reference_importer.common.mapping import FieldMapper
from reference_importer.common.sources import Record
from reference_importer.common.values import folded
from reference_importer.rally.values import FIELDS, Phones, texts

CUSTOM = "properties."
MOST_OPTIONS = 1000
"""Options that a select may get from a source; with more it is no select."""

TYPE_OF = {bool: "BOOLEAN", int: "NUMBER", float: "NUMBER", str: "STRING", list: "MULTI_SELECT"}
SELECTS = ("SINGLE_SELECT", "MULTI_SELECT")


@dataclass(slots=True)
class PropertyUse:
    """How the source uses one property: its declared type, the types of its values, the first line, its options."""

    name: str
    line: int
    declared: str | None = None
    types: set[str] = field(default_factory=set)
    options: dict[str, None] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """One type for all values: the declared one; text for a mixture; text, too, if no row has a value."""
        return self.declared or (next(iter(self.types)) if len(self.types) == 1 else "STRING")


@dataclass(frozen=True, slots=True)
class Identifier:
    """What tells people apart: ``email``, ``phone``, or the name of a unique property."""

    name: str = "email"

    @property
    def is_property(self) -> bool:
        return self.name not in ("email", "phone")

    @property
    def column(self) -> str:
        return CUSTOM + self.name if self.is_property else self.name


@lru_cache(maxsize=4096)
def near(name: str) -> str:
    """A property's name without what people overlook: case, and blanks at the ends or doubled (contract, C29)."""
    return " ".join(name.split()).casefold()


class Columns:
    """The plan's first half: the properties that any row of the source names, by near-equal name.

    It is complete before the first request. Memory grows with the properties, not with the rows.
    """

    def __init__(self, declared: dict[str, str]) -> None:
        self._declared = {near(name): kind for name, kind in declared.items()}
        self.used: dict[str, PropertyUse] = {}

    def note(self, name: str, value: Any, line: int) -> PropertyUse:
        """A row has `value` for the property `name`. Raises RowError when no property can have such a value."""
        use = self.used.get(near(name))
        if use is None:
            use = self.used[near(name)] = PropertyUse(name.strip(), line, self._declared.get(near(name)))
        if value is None:
            return use
        found = TYPE_OF.get(type(value))
        if found is None:
            raise RowError(f"the property {name!r} is a {type(value).__name__}. Correct the row.", "wrong_type")
        use.types.add(found)
        if use.type in SELECTS and use.declared in (None, *SELECTS):
            self._note_options(use, value)
        return use

    def _note_options(self, use: PropertyUse, value: Any) -> None:
        several = texts(value) if use.type == "MULTI_SELECT" else [value]
        use.options.update(dict.fromkeys(option for option in several if isinstance(option, str) and option))
        if len(use.options) > MOST_OPTIONS:
            raise SourceError(
                f"the select {use.name!r} has more than {MOST_OPTIONS} different options. Declare it as STRING.",
                use.line,
            )


class Mapper(FieldMapper):
    """Maps records one by one."""

    fields = FIELDS
    custom = CUSTOM

    def __init__(self, columns: ColumnMap, identifier: Identifier, properties: Columns, phones: Phones) -> None:
        super().__init__(columns, [identifier.column])
        self._identifier, self._phones, self.properties = identifier, phones, properties

    def map(self, record: Record) -> Staged:
        """The row for `record`; marked as rejected when the source itself makes it unusable."""
        payload: dict[str, Any] = {}
        try:
            for column, value in self.cells(record.values):
                self.place(payload, column, value, record.line)
            rejected = None
        except RowError as error:
            rejected = (error.code, error.message)
        key = self.key(payload)
        if key is None:
            words = f"the row has no {self._identifier.name}, which identifies people here. Give it one."
            rejected, key = rejected or ("no_identity", words), f"line:{record.line}"
        else:
            self.identified = True
        email, identity = payload.get("email"), self.identity(payload)
        return Staged(record.line, key, "person", identity, email, folded(email), payload, rejected)

    def cells(self, values: dict[str, Any]) -> list[tuple[str, Any]]:
        """The record's columns; the entries of ``properties`` are columns of their own, whatever their names hold."""
        found: list[tuple[str, Any]] = []
        for name, value in values.items():
            if isinstance(value, dict):
                found += [(f"{name}.{inner}", one) for inner, one in value.items()]
            else:
                found.append((name, value))
        return found

    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        """Put one value where it belongs."""
        target = self.target(column, line)
        if target is None:
            return
        if target.startswith(CUSTOM):
            self.place_property(payload.setdefault("properties", {}), target.removeprefix(CUSTOM), value, line)
        else:
            name, convert = FIELDS[target]
            if not self.is_absent(value):
                payload[name] = convert(value)

    def is_absent(self, value: Any) -> bool:
        """A field without a value is left out: null would overwrite the stored name (contract, P6), and so would ""."""
        return value is None or (isinstance(value, str) and not value.strip())

    def place_property(self, properties: dict[str, Any], name: str, value: Any, line: int) -> None:
        """A property's value under the property's near-equal name: null (clear it) and absent are told apart."""
        use = self.properties.note(name, value, line)
        if near(name) in properties and properties[near(name)] != value:
            raise RowError(f"{use.name!r} is there twice, with different values. Correct the row.", "twin_columns")
        properties[near(name)] = value

    def identity(self, payload: dict[str, Any]) -> str | None:
        """The identifier's value as the row has it."""
        name = self._identifier.name
        found = payload.get("properties", {}).get(near(name)) if self._identifier.is_property else payload.get(name)
        return None if found is None or not str(found).strip() else str(found)

    def key(self, payload: dict[str, Any]) -> str | None:
        """What makes two rows one person; None for a row that nobody can be told by."""
        found = self.identity(payload)
        return None if found is None else same_person(self._identifier, found, self._phones)


def same_person(identifier: Identifier, value: str, phones: Phones) -> str:
    """E-mails without regard to case, phones without regard to how they are written, other values trimmed."""
    if identifier.name == "email":
        return f"e:{folded(value)}"
    return f"p:{phones.international(value)}" if identifier.name == "phone" else f"i:{value.strip()}"
