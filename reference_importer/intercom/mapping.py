"""From a source record to a row: which column is which field, what identifies the contact, what is left out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.checkpoint import Staged, canonical
from reference_importer.common.columns import ColumnMap, flat
from reference_importer.common.errors import RowError, SourceError
from reference_importer.common.mapping import FieldMapper
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


class Mapper(FieldMapper):
    """Maps records one by one, and remembers which attributes and which unknown columns it met."""

    fields = FIELDS
    custom = CUSTOM
    noun = "contacts"

    def __init__(self, columns: ColumnMap) -> None:
        super().__init__(columns, IDENTIFYING)
        self.attributes: dict[str, AttributeUse] = {}

    def allow(self, target: str, column: str, line: int) -> None:
        """Attributes have no dots or dollar signs in their names (contracts, section 3)."""
        if set(target.removeprefix(CUSTOM)) & set(".$"):
            plain = target.removeprefix(CUSTOM).replace(".", "_").replace("$", "_")
            raise SourceError(
                f"{target!r} cannot be the name of a custom attribute: no dots or dollar signs, and no objects in"
                f" objects. Rename it, as in --map {column}={CUSTOM}{plain}.",
                line,
            )

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
