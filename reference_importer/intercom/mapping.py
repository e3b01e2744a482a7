"""From a source record to a row: which column is which field, what identifies the contact, what is left out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.checkpoint import Staged, canonical
from reference_importer.common.columns import ColumnMap, flat
from reference_importer.common.errors import RowError, SourceError
from reference_importer.common.sources import Record
from reference_importer.common.values import folded
from reference_importer.intercom.values import AS_TYPE, FIELDS

CUSTOM = "custom_attributes."
IDENTIFYING = ("external_id", "email")
TYPE_OF = {bool: "boolean", int: "integer", float: "float", str: "string"}


@dataclass(slots=True)
class AttributeUse:
    """How the source uses one custom attribute: the types of its values, and the first line that has one."""

    line: int
    types: set[str] = field(default_factory=set)


class Mapper:
    """Maps records one by one, and remembers which attributes and which unknown columns it met."""

    def __init__(self, columns: ColumnMap) -> None:
        self._columns = columns
        self._targets: dict[str, str | None] = {}
        self.attributes: dict[str, AttributeUse] = {}
        self.identified = False

    # -- columns

    def check(self, header: list[str] | None) -> None:
        """Refuse a header without an identifying column, before anything else is read. Empty files pass."""
        if header:
            self.identified = any(self.target(column, 1) in IDENTIFYING for column in header)
            self.finish()

    def finish(self) -> None:
        """Once all is read: was anything mapped that is not there, was there anything to identify contacts by?"""
        if not self._targets:
            return
        absent = sorted(set(self._columns.targets) - set(self._targets))
        there = ", ".join(sorted(self._targets))
        if absent:
            raise SourceError(f"--map {absent[0]}=…: the source has no column {absent[0]!r}. It has: {there}.")
        if not self.identified:
            raise SourceError(
                f"no column identifies the contacts. Expected external_id or email; the source has: {there}."
                " Name yours with --map, as in --map id=external_id."
            )

    @property
    def ignored(self) -> list[str]:
        """Columns of the source that are not imported."""
        return sorted(column for column, target in self._targets.items() if target is None)

    def target(self, column: str, line: int) -> str | None:
        """The field that `column` goes to; None when it is not imported."""
        if column not in self._targets:
            self._targets[column] = self._find(column, line)
        return self._targets[column]

    def _find(self, column: str, line: int) -> str | None:
        mapped = self._columns.targets
        if column not in mapped and column in mapped.values():
            return None  # another column was put in its place
        target = mapped.get(column, column)
        if target.startswith(CUSTOM):
            if set(target.removeprefix(CUSTOM)) & set(".$"):
                plain = target.removeprefix(CUSTOM).replace(".", "_").replace("$", "_")
                raise SourceError(
                    f"{target!r} cannot be the name of a custom attribute: no dots or dollar signs, and no objects in"
                    f" objects. Rename it, as in --map {column}={CUSTOM}{plain}.",
                    line,
                )
            return target
        if target in FIELDS:
            return target
        if column in mapped:
            raise SourceError(f"--map {column}={target}: no such field. Expected {', '.join(FIELDS)} or {CUSTOM}NAME.")
        return None

    # -- rows

    def map(self, record: Record) -> Staged:
        """The row for `record`; marked as rejected when the source itself makes it unusable."""
        payload: dict[str, Any] = {}
        try:
            for column, value in flat(record.values):
                self.place(payload, column, value, record.line)
            rejected = self.unusable(payload)
        except RowError as error:
            rejected = (error.code, error.message)
        role = payload.pop("role", None) or "user"
        external_id, email = payload.get("external_id"), payload.get("email")
        self.identified = self.identified or bool(external_id or email)
        key = self.key(role, payload, record.line)
        return Staged(record.line, key, role, external_id, email, folded(email), payload, rejected)

    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        """Put one value where it belongs."""
        target = self.target(column, line)
        if target is None:
            return
        if target.startswith(CUSTOM):
            name = target.removeprefix(CUSTOM)
            payload.setdefault("custom_attributes", {})[name] = self.attribute(name, value, line)
        else:
            payload[target] = None if value is None else FIELDS[target](value)
            if target in IDENTIFYING and payload[target] == "":
                payload[target] = None

    def attribute(self, name: str, value: Any, line: int) -> Any:
        """A custom attribute's value; its type is noted for the plan."""
        if value is None:
            return None
        declared = self._columns.types.get(CUSTOM + name) or self._columns.types.get(name)
        value = AS_TYPE[declared](value) if declared else value
        found = declared or TYPE_OF.get(type(value))
        if found is None:
            raise RowError(
                f"the custom attribute {name!r} is a {type(value).__name__}; Intercom keeps only text, numbers and"
                " truth values. Correct the row.",
                "wrong_type",
            )
        self.attributes.setdefault(name, AttributeUse(line)).types.add(found)
        return value

    def unusable(self, payload: dict[str, Any]) -> tuple[str, str] | None:
        """(code, message) for a row that nothing identifies."""
        if payload.get("role") == "lead" or payload.get("external_id") or folded(payload.get("email")):
            return None
        return "no_identity", "a user needs an external_id or an email. Give the row one."

    def key(self, role: str, payload: dict[str, Any], line: int) -> str:
        """What makes two rows the same contact: external_id, else a user's e-mail, else a lead's whole content."""
        email = folded(payload.get("email"))
        if payload.get("external_id"):
            return f"x:{payload['external_id']}"
        if role == "lead":
            return "l:" + hashlib.blake2b(canonical(payload).encode(), digest_size=16).hexdigest()
        return f"e:{email}" if email else f"line:{line}"
