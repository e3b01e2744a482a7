"""Which source column goes where: from ``--map SRC=DST[:type]`` and mapping files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_importer.common.errors import UsageError

TYPES = ("string", "integer", "float", "boolean", "date", "datetime")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Source column (nested keys joined by dots) to target field, and declared types of target fields."""

    targets: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, options: Iterable[str], file: Path | None, kinds: Sequence[str] = TYPES) -> ColumnMap:
        """The file's map with the options' on top. Raises UsageError when either cannot be understood.

        A file is TOML or JSON with the tables ``columns`` (source = target) and ``types`` (target = type); `kinds` are
        the types that there are.
        """
        document = _document(file) if file else {}
        targets, types = dict(document.get("columns", {})), dict(document.get("types", {}))
        for option in options:
            source, _, target = option.partition("=")
            if not source or not target:
                raise UsageError(f"--map {option}: expected SRC=DST or SRC=DST:type, as in --map id=external_id.")
            name, colon, kind = target.rpartition(":")
            targets[source] = name if colon else target
            if colon:
                types[name] = kind
        _check(targets, types, kinds)
        return cls(targets, types)


def _document(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        found = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        words = f"--mapping {file}: cannot be read ({error}). Expected TOML, or JSON in a .json file."
        raise UsageError(words) from error
    tables = found if isinstance(found, dict) else {"(top)": None}
    wrong = [name for name, table in tables.items() if name not in ("columns", "types") or not _is_text_map(table)]
    if wrong:
        raise UsageError(f"--mapping {file}: {wrong[0]!r} is unknown. Expected the tables columns and types, of text.")
    return tables


def _is_text_map(table: object) -> bool:
    return isinstance(table, dict) and all(isinstance(value, str) for value in table.values())


def _check(targets: Mapping[str, str], types: Mapping[str, str], kinds: Sequence[str]) -> None:
    names = list(targets.values())
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise UsageError(f"two columns are mapped to {doubled[0]!r}. A field can have only one source.")
    for name, kind in types.items():
        if kind not in kinds:
            raise UsageError(f"{name!r} is declared as {kind!r}. Expected one of {', '.join(kinds)}.")


def flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested objects as dotted columns."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
