"""Records as JSON lines: header first, footer last, one fact per line.

The footer counts the items, so a file that was cut is noticed (bowtie's lesson). A record is written beside its
place and then moved there: a reader sees all of it or nothing. Fields that this version does not know are ignored,
fields that it misses are an error, another `schema` is an error.
"""

import json
import os
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

from customhouse_conformance.errors import (
    CannotWriteError,
    RecordCountError,
    RecordError,
    RecordSchemaError,
    RecordTruncatedError,
)
from customhouse_conformance.facts import SCHEMA, Exchange, Header, Process, Served, State, Stray, UpstreamCall
from customhouse_conformance.record import Record

#: A line may hold 50,000 contacts.
BUFFER = 1024 * 1024

T = TypeVar("T")
Convert = Callable[[Any], Any]

KINDS: dict[str, type] = {
    "header": Header,
    "process": Process,
    "exchange": Exchange,
    "state": State,
    "served": Served,
    "stray": Stray,
    "upstream": UpstreamCall,
}


class Reading(NamedTuple):
    """A field: how its value is made out of JSON, unless it is taken as it stands, and whether it must be there."""

    name: str
    convert: Convert | None
    required: bool


_READINGS: dict[type, tuple[Reading, ...]] = {}
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
        with path.open("rb", BUFFER) as file:
            return parse_lines(file)
    except RecordError as error:
        raise type(error)(f"{path.name}: {error.what}", error.mend) from None
    except OSError as error:
        raise RecordSchemaError(f"{path.name}: cannot be read ({error})", "run the scenario again") from None


def dump_lines(record: Record) -> Iterator[str]:
    """The lines of a record, without line ends. ASCII only, so that any text survives any editor."""
    items = list(record.items())
    for item in items:
        yield json.dumps({"kind": _NAMES[type(item)], **_shallow(item)}, default=_shallow)
    yield json.dumps({"kind": "footer", "items": len(items)})


def parse_lines(lines: Iterable[str | bytes]) -> Record:
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
    values: dict[str, Any] = {}
    for name, convert, required in _fields(cls):
        if name in data:
            values[name] = convert(data[name]) if convert else data[name]
        elif required:
            raise RecordSchemaError(f"{cls.__name__} lacks '{name}'", "judge it with the suite that wrote it")
    return cls(**values)


def _fields(cls: Any) -> tuple[Reading, ...]:
    """How the fields of a dataclass are read; looked up in its annotations once."""
    if cls not in _READINGS:
        hints = get_type_hints(cls)
        _READINGS[cls] = tuple(
            Reading(one.name, _converter(hints[one.name]), one.default is MISSING and one.default_factory is MISSING)
            for one in fields(cls)
        )
    return _READINGS[cls]


def _converter(hint: Any) -> Convert | None:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = _converter(get_args(hint)[0])
        return partial(_optional, inner) if inner else None
    if origin is tuple:
        return partial(_tuple, _converter(get_args(hint)[0]))
    return partial(build, hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _optional(convert: Convert, value: Any) -> Any:
    return None if value is None else convert(value)


def _tuple(convert: Convert | None, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise RecordSchemaError(f"{value!r:.60} stands where a list belongs", "run the scenario again")
    return tuple(map(convert, value)) if convert else tuple(value)


def _read_items(lines: Iterable[str | bytes]) -> tuple[list[object], int | None]:
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


def _parse(line: str | bytes, number: int) -> dict[str, Any]:
    try:
        data = _loads(line)
    except (ValueError, RecursionError):
        raise RecordTruncatedError(f"line {number} is cut", "run the scenario again") from None
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise RecordSchemaError(f"line {number} has no kind", "run the scenario again")
    return data


def _loads(line: str | bytes) -> Any:
    """Several times as fast as `json`, which is left what is JSON to Python only: halves of characters, NaN."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)


def _check_schema(data: dict[str, Any]) -> None:
    if data["kind"] == "header" and data.get("schema") != SCHEMA:
        said = f"the record has schema {data.get('schema')!r}, this suite reads {SCHEMA}"
        raise RecordSchemaError(said, f"use the suite that wrote it (customhouse {data.get('suite', '?')})")


def _all(items: list[object], cls: type[T]) -> tuple[T, ...]:
    return tuple(item for item in items if isinstance(item, cls))


def _only(items: list[object], cls: type[T]) -> T:
    found = _all(items, cls)
    if len(found) != 1:
        raise RecordSchemaError(f"the record holds {len(found)} '{_NAMES[cls]}' items instead of one", "run it again")
    return found[0]
