"""From a source record to a client as inTandem takes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_importer.common.columns import ColumnMap, flat
from reference_importer.common.errors import RowError, SourceError, UsageError
from reference_importer.common.sources import Record
from reference_importer.common.values import boolean, folded, integer, number, text, written

LABELS = {
    "external_id": "External ID",
    "email": "Email",
    "first_name": "First name",
    "last_name": "Last name",
    "phone": "Phone",
    "address": "Address",
}
"""The fields that are taken without ``--map``, and the names under which a business usually shows them."""

#: Always announced: first_name is mandatory in every client, and the mapping needs an e-mail or a phone (REF).
ANNOUNCED = ("email", "first_name")

AS_TYPE: dict[str, Callable[[Any], Any]] = {
    "string": written,
    "integer": integer,
    "float": number,
    "boolean": boolean,
}


@dataclass(frozen=True, slots=True)
class Client:
    """A client on its way into a snapshot. `payload` is its JSON as a page will carry it."""

    external_id: str | None
    email_key: str | None
    payload: str


class Mapper:
    """Maps the records of one snapshot, and remembers what it met."""

    def __init__(self, columns: ColumnMap, first_name_fallback: str | None = None) -> None:
        self._columns, self._fallback = columns, first_name_fallback
        self._targets: dict[str, str | None] = {}
        self._used: set[str] = set(ANNOUNCED)
        self.external_id_types: set[type] = set()
        for name, kind in columns.types.items():
            if kind not in AS_TYPE:
                raise UsageError(f"{name!r} is declared as {kind!r}. Expected one of {', '.join(AS_TYPE)}.")

    @property
    def fields(self) -> list[str]:
        """The fields that the clients have, the known ones first."""
        return [*(name for name in LABELS if name in self._used), *sorted(self._used - LABELS.keys())]

    @property
    def ignored(self) -> list[str]:
        """Columns of the source that are not sent."""
        return sorted(column for column, target in self._targets.items() if target is None)

    def check(self, header: list[str] | None) -> None:
        """Look at a header before the rows; it must have every column that is mapped."""
        for column in header or ():
            self.target(column)
        if header:
            self.finish()

    def finish(self) -> None:
        """Once all is read: was a column mapped that is not there?"""
        absent = sorted(self._columns.targets.keys() - self._targets.keys())
        if absent and self._targets:
            there = ", ".join(sorted(self._targets))
            raise SourceError(f"--map {absent[0]}=…: the source has no column {absent[0]!r}. It has: {there}.")

    def target(self, column: str) -> str | None:
        """The field that `column` goes to; None when it is not sent."""
        if column not in self._targets:
            mapped = self._columns.targets
            replaced = column not in mapped and column in mapped.values()
            known = column if column in LABELS and not replaced else None
            self._targets[column] = mapped.get(column, known)
        return self._targets[column]

    def map(self, record: Record) -> Client:
        """The client for `record`. Raises RowError when the record cannot be one."""
        fields = {target: value for target, value in self._values(record) if not blank(value)}
        if self._fallback is not None:
            fields.setdefault("first_name", self._fallback)
        self.require(fields)
        self._used |= fields.keys()
        identity = fields.get("external_id")
        if identity is not None:
            self.external_id_types.add(type(identity))
        key = folded(fields.get("email"))
        return Client(None if identity is None else str(identity), key, canonical(fields))

    def require(self, fields: dict[str, Any]) -> None:
        """inTandem takes no client without a first name (client-import, Mandatory fields)."""
        if "first_name" not in fields:
            raise RowError("no first name. Give the row one, or use --first-name-fallback.", "no_first_name")

    def _values(self, record: Record) -> list[tuple[str, Any]]:
        targets = [(self.target(column), value) for column, value in flat(record.values)]
        return [(target, self.value(target, value)) for target, value in targets if target is not None]

    def value(self, target: str, value: Any) -> Any:
        """What is sent for a source value: known fields as text, an external_id as it is, own fields as they are."""
        if blank(value):
            return None
        if isinstance(value, (list, dict)):
            raise RowError(f"{target} is a list; inTandem takes text, numbers and truth values.", "wrong_type")
        declared = self._columns.types.get(target)
        if declared:
            return AS_TYPE[declared](value)
        if target == "external_id":
            return value if isinstance(value, int) and not isinstance(value, bool) else text(value)
        return text(value) if target in LABELS else value


def blank(value: Any) -> bool:
    """Nothing, or nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def canonical(fields: dict[str, Any]) -> str:
    """The client's JSON. Raises RowError for what JSON does not have: infinite numbers, half characters."""
    try:
        payload = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        payload.encode()
    except ValueError as error:
        raise RowError(f"a value that JSON cannot carry ({error}). Correct the row.", "wrong_type") from error
    return payload
