"""Which source column is which field: the part of the mapping that every importer of people has.

A column goes where ``--map`` says, else to the field of its own name, else nowhere, which is told.
"""

from __future__ import annotations

from collections.abc import Collection

from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import SourceError


class FieldMapper:
    """Finds the target of every column, and remembers those that have none.

    `fields` are the known fields, `custom` is the prefix of fields that the user invents, `identifying` are those of
    which the source must have at least one.
    """

    fields: Collection[str] = ()
    custom = ""
    noun = "people"

    def __init__(self, columns: ColumnMap, identifying: Collection[str]) -> None:
        self._columns, self._identifying = columns, identifying
        self._targets: dict[str, str | None] = {}
        self.identified = False

    def check(self, header: list[str] | None) -> None:
        """Refuse a header without an identifying column, before anything else is read. Empty files pass."""
        if header:
            self.identified = any(self.target(column, 1) in self._identifying for column in header)
            self.finish()

    def finish(self) -> None:
        """Once all is read: was anything mapped that is not there, was there anything to identify people by?"""
        if not self._targets:
            return
        absent = sorted(set(self._columns.targets) - set(self._targets))
        there = ", ".join(sorted(self._targets))
        if absent:
            raise SourceError(f"--map {absent[0]}=…: the source has no column {absent[0]!r}. It has: {there}.")
        if not self.identified:
            wanted = list(self._identifying)
            raise SourceError(
                f"no column identifies the {self.noun}. Expected {' or '.join(wanted)}; the source has: {there}."
                f" Name yours with --map, as in --map id={wanted[0]}."
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
        if target.startswith(self.custom):
            self.allow(target, column, line)
            return target
        if target in self.fields:
            return target
        if column in mapped:
            known = ", ".join(self.fields)
            raise SourceError(f"--map {column}={target}: no such field. Expected {known} or {self.custom}NAME.")
        return None

    def allow(self, target: str, column: str, line: int) -> None:
        """Raises SourceError when the vendor takes no field with the name `target`."""
