"""Records as JSON lines: header first, footer last, one fact per line.

The footer counts the items, so a file that was cut is noticed (bowtie's lesson). A record is written beside its
place and then moved there: a reader sees all of it or nothing. Fields that this version does not know are ignored,
fields that it misses are an error, another `schema` is an error.
"""

import json
import os
import types
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from customhouse_conformance.errors import (
    CannotWriteError,
    RecordCountError,
    RecordError,
    RecordSchemaError,
    RecordTruncatedError,
)
from customhouse_conformance.record import SCHEMA, Exchange, Header, Process, Record, Served, State, Stray, UpstreamCall

T = TypeVar("T")

KINDS: dict[str, type] = {
    "header": Header,
    "process": Process,
    "exchange": Exchange,
    "state": State,
    "served": Served,
    "stray": Stray,
    "upstream": UpstreamCall,
}
_NAMES = {cls: kind for kind, cls in KINDS.items()}


def write_record(record: Record, path: Path) -> None:
    """Write atomically; creates the folder. `CannotWriteError` if the disk is full or something is in the way."""
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in dump_lines(record))
        os.replace(partial, path)
    except OSError as error:
        raise CannotWriteError(f"{path} cannot be written: {error.strerror}", "give --out another folder") from None


def read_record(path: Path) -> Record:
    """Read and check; a `RecordError` names the file."""
    try:
        with path.open(encoding="utf-8") as file:
            return parse_lines(file)
    except RecordError as error:
        raise type(error)(f"{path.name}: {error.what}", error.mend) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordSchemaError(f"{path.name}: cannot be read ({error})", "run the scenario again") from None


def dump_lines(record: Record) -> Iterator[str]:
    """The lines of a record, without line ends. ASCII only, so that any text survives any editor."""
    items = list(record.items())
    for item in items:
        yield json.dumps({"kind": _NAMES[type(item)], **_shallow(item)}, default=_shallow)
    yield json.dumps({"kind": "footer", "items": len(items)})


def parse_lines(lines: Iterable[str]) -> Record:
    """A record out of its lines; raises the typed error of what is wrong with them."""
    items, footer = _read_items(lines)
    if footer is None:
        raise RecordTruncatedError("the record has no footer, so it was not finished", "run the scenario again")
    if footer != len(items):
        raise RecordCountError(f"the footer counts {footer} items, the file holds {len(items)}", "run it again")
    if not items or not isinstance(items[0], Header):
        raise RecordSchemaError("the record does not begin with its header", "run the scenario again")
    served = _only(items, Served)
    return Record(
        header=items[0],
        processes=_all(items, Process),
        exchanges=_all(items, Exchange),
        states=_all(items, State),
        served=served,
        strays=_all(items, Stray),
        upstream=_all(items, UpstreamCall),
    )


def as_json(item: Any) -> dict[str, Any]:
    """A fact as plain JSON values, without its kind."""
    return asdict(item)


def as_text(item: Any) -> str:
    """A fact as one line of JSON, ASCII only. Much cheaper than `as_json` for a big one."""
    return json.dumps(_shallow(item), default=_shallow)


def _shallow(item: Any) -> dict[str, Any]:
    return {one.name: getattr(item, one.name) for one in fields(item)}


def build(cls: type[T], data: Any) -> T:
    """A fact (or any nest of frozen dataclasses) out of JSON values; `RecordSchemaError` when a field is missing."""
    if not isinstance(data, dict):
        raise RecordSchemaError(f"{cls.__name__} is not an object", "run the scenario again")
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for one in fields(cls):  # type: ignore[arg-type]  # only called with dataclasses, which Type[T] cannot say
        if one.name in data:
            values[one.name] = _convert(hints[one.name], data[one.name])
        elif one.default is MISSING and one.default_factory is MISSING:
            raise RecordSchemaError(f"{cls.__name__} lacks '{one.name}'", "judge it with the suite that wrote it")
    return cls(**values)


def _convert(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return value if value is None else _convert(get_args(hint)[0], value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise RecordSchemaError(f"{value!r:.60} stands where a list belongs", "run the scenario again")
        return tuple(_convert(get_args(hint)[0], item) for item in value)
    return build(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value


def _read_items(lines: Iterable[str]) -> tuple[list[object], int | None]:
    items: list[object] = []
    footer = None
    for number, line in enumerate(lines, start=1):
        data = _parse(line, number)
        if data["kind"] == "footer":
            footer = data.get("items")
        elif data["kind"] in KINDS:
            _check_schema(data)
            items.append(build(KINDS[data["kind"]], data))
        else:
            raise RecordSchemaError(f"line {number} has the unknown kind '{data['kind']}'", "use a newer suite")
    return items, footer


def _parse(line: str, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise RecordTruncatedError(f"line {number} is cut", "run the scenario again") from None
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise RecordSchemaError(f"line {number} has no kind", "run the scenario again")
    return data


def _check_schema(data: dict[str, Any]) -> None:
    if data["kind"] == "header" and data.get("schema") != SCHEMA:
        raise RecordSchemaError(
            f"the record has schema {data.get('schema')!r}, this suite reads {SCHEMA}", "use the suite that wrote it"
        )


def _all(items: list[object], cls: type[T]) -> tuple[T, ...]:
    return tuple(item for item in items if isinstance(item, cls))


def _only(items: list[object], cls: type[T]) -> T:
    found = _all(items, cls)
    if len(found) != 1:
        raise RecordSchemaError(f"the record holds {len(found)} '{_NAMES[cls]}' items instead of one", "run it again")
    return found[0]
