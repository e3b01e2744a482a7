"""What is sent for a person, and with whom.

Rally's import is a PUT over the columns of a request: a property that any record names is erased from every person
whose record does not (P2, P3); by a stricter reading everything that a record does not name is erased (P4). So

* a record names every property that the person holds: with the source's value, else with the stored one, read back
  by search before the run. That is right by either reading.
* all records of a request name the same properties. One is named with null only where it is known that nothing is
  stored there, so that null erases nothing, or where the source says null.
* where it is *not* known what is stored (a property that the token may not read; somebody who was not found) a
  property is named only if the source has a value. People who differ in what must not be named go into different
  requests: grouping alone would be right by the first reading only, and would need a request for each combination of
  empty cells; filling alone would erase what could not be read.
* fields that cannot be read back (phone, opt-out, dates, second addresses) are never filled: people with different
  fields go into different requests. Names are filled with what is stored, and are never null (P6).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from reference_importer.common.checkpoint import Row
from reference_importer.common.errors import RowError
from reference_importer.rally.ledger import Placed
from reference_importer.rally.mapping import SELECTS, Identifier
from reference_importer.rally.properties import Plan, Property
from reference_importer.rally.stored import Held
from reference_importer.rally.values import AS_TYPE, Dates, Phones

Record = dict[str, Any]


class OptOuts:
    """Whether somebody takes part: decided by themselves, so a source may only take them out (contract, C14)."""

    def __init__(self, opt_in: bool) -> None:
        self._opt_in = opt_in

    def field(self, value: bool | None) -> Record:
        """The record's isOptedOut. A source's false is often just the column's default, and would opt them back in."""
        return {"isOptedOut": value} if value or (value is False and self._opt_in) else {}


class RecordBuilder:
    """Makes the record of one row."""

    def __init__(self, plan: Plan, identifier: Identifier, dates: Dates, phones: Phones, opt_outs: OptOuts) -> None:
        self._plan, self._identifier = plan, identifier
        self._dates, self._phones, self._opt_outs = dates, phones, opt_outs

    def build(self, row: Row, held: Held) -> Record:
        """The record; `properties` by property id. Raises RowError when a value does not fit its property."""
        fields = {name: value for name, value in row.payload.items() if name not in ("properties", "isOptedOut")}
        if "lastContactDate" in fields:
            fields["lastContactDate"] = self._dates.day(fields["lastContactDate"])
        named = self.named(row.payload.get("properties", {}))
        return {
            **self.names(held),
            **fields,
            **self._opt_outs.field(row.payload.get("isOptedOut")),
            **self.identity(row, held),
            "properties": {**self.kept(held), **named},
        }

    def names(self, held: Held) -> Record:
        """Stored names, for a source that has none: a request in which others have names would erase them."""
        return dict(held.names)

    def kept(self, held: Held) -> dict[str, Any]:
        """Stored properties, for those that the source does not hold."""
        return dict(held.properties)

    def identity(self, row: Row, held: Held) -> Record:
        """The identifier as it is stored, so that case or blanks make no second person."""
        if self._identifier.name == "phone":
            return {"phone": self._phones.international(str(row.external_id))}
        if self._identifier.name == "email" and held.email:
            return {"email": held.email}
        return {}

    def named(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The source's properties by id: a null stays a null, which clears."""
        found = {}
        for key, value in properties.items():
            there = self._plan.columns[key]
            found[there.id] = None if value is None else self.value(there, value)
        return found

    def value(self, there: Property, value: Any) -> Any:
        """A source value as its property takes it. An empty text clears what is no text."""
        if value == "" and there.type != "STRING":
            return None
        try:
            found = self._dates.day(value) if there.type == "DATETIME" else AS_TYPE[there.type](value)
        except RowError as error:
            raise RowError(f"{there.name} ({there.type}): {error.message}", "type_conflict") from None
        return self.options(there, found) if there.type in SELECTS else found

    def options(self, there: Property, value: Any) -> Any:
        """A select's options in the workspace's spelling. Raises RowError for one that the select does not have."""
        spellings = {option.casefold(): option for option in there.options} | {o: o for o in there.options}
        several = value if isinstance(value, list) else [value]
        found = [spellings.get(option, spellings.get(option.strip().casefold())) for option in several]
        unknown = [option for option, spelling in zip(several, found, strict=True) if spelling is None]
        if unknown:
            raise RowError(
                f"{there.name} has no option {unknown[0]!r}. It has {', '.join(there.options) or 'none'};"
                " add it in Rally, or correct the row.",
                "unknown_option",
            )
        return found if isinstance(value, list) else found[0]


class Batcher:
    """Decides who may share a request, and makes the records of a request uniform."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def group(self, record: Record, held: Held) -> int:
        """Rows of one group may share a request: they have the same fields, and the same properties not to be named."""
        unnamed = self._plan.all_ids - record["properties"].keys()
        words = json.dumps([sorted(record), sorted(unnamed - held.readable)])
        return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=7).digest())

    def uniform(self, people: list[Placed]) -> list[Record]:
        """The records of a request, all with the same properties: null where it is known that nothing is stored."""
        columns = self.columns(people)
        return [self.written(one.record, columns) for one in people]

    def columns(self, people: list[Placed]) -> list[str]:
        """The ids of all properties that any record of the request names."""
        return sorted({id for one in people for id in one.record["properties"]})

    def written(self, record: Record, columns: list[str]) -> Record:
        """A record as the API takes it."""
        properties = record["properties"]
        return {**record, "properties": [{"propertyId": id, "value": properties.get(id)} for id in columns]}
