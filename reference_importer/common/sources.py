"""Streaming readers: a file becomes records, one at a time, each with its line number.

Every reader checks the file to its end; a file that is not whole raises :class:`SourceError`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from reference_importer.common.errors import SourceError, UsageError
from reference_importer.common.json_source import check_pairs, read_json

FORMATS_BY_SUFFIX = {".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
LONGEST_CELL = 16 * 1024 * 1024
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the source has it: nested objects nested, cells of a CSV file as text, empty cells left out."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where the records are: file, format (by its suffix when not given), and the key of the array in a JSON object."""

    path: Path
    format: str
    root: str | None = None

    @classmethod
    def of(cls, path: Path, format_: str | None, root: str | None) -> SourceSpec:
        """The spec for `path`. Raises UsageError when the format is neither given nor told by the suffix."""
        found = format_ or FORMATS_BY_SUFFIX.get(path.suffix.lower())
        if found is None:
            raise UsageError(f"{path.name}: the suffix tells no format. Give --format csv, json or ndjson.")
        if root and found != "json":
            raise UsageError(f"--root {root} is for JSON files, but {path.name} is read as {found}. Leave it out.")
        return cls(path, found, root)


class Reader(Protocol):
    """A source that can be read from front to end, again and again."""

    def columns(self) -> list[str] | None:
        """The header, where the source has one."""

    def records(self) -> Iterator[Record]:
        """Every record; an ImporterError where there are more that cannot be read."""


class SourceReader:
    """Reads a source from front to end."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec

    def columns(self) -> list[str] | None:
        """The header of a CSV file; None where the format has no header or the file is empty."""
        if self.spec.format != "csv":
            return None
        with self.spec.path.open("rb") as file:
            return next(iter(_csv_rows(file)), (0, None))[1]

    def records(self) -> Iterator[Record]:
        """Every record. Raises SourceError at the first place where the file is not what it should be."""
        try:
            yield from READERS[self.spec.format](self.spec)
        except OSError as error:
            raise SourceError(f"cannot read {self.spec.path}: {error.strerror}. Check the path.") from error


def _text_lines(file: Any) -> Iterator[tuple[int, str]]:
    """Lines with numbers, decoded one by one so that an undecodable byte is found on its own line."""
    for number, raw in enumerate(file, 1):
        line = raw.removeprefix(BOM) if number == 1 else raw
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise SourceError(
                f"byte {error.object[error.start]:#04x} is not UTF-8. Save the file as UTF-8 and start again.", number
            ) from error


def _csv_rows(file: Any) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader((line for _, line in _text_lines(file)), strict=True)
    while True:
        first = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            words = f"not valid CSV ({error}). A quote that never closes is the usual cause."
            raise SourceError(words, first) from error
        if row is None:
            return
        if row:
            yield first, row


def _read_csv(spec: SourceSpec) -> Iterator[Record]:
    with spec.path.open("rb") as file:
        rows = _csv_rows(file)
        header_line, header = next(rows, (1, []))
        _check_header(header, header_line)
        for line, row in rows:
            if len(row) != len(header):
                words = f"{len(row)} cells, but the header has {len(header)}. Is the file cut off, or a comma unquoted?"
                raise SourceError(words, line)
            yield Record(line, {column: cell for column, cell in zip(header, row, strict=True) if cell})


def _check_header(header: list[str], line: int) -> None:
    doubled = sorted({column for column in header if header.count(column) > 1})
    if doubled:
        raise SourceError(f"the column {doubled[0]!r} is there twice. Rename or remove one.", line)


def _read_ndjson(spec: SourceSpec) -> Iterator[Record]:
    with spec.path.open("rb") as file:
        for line, text in _text_lines(file):
            if text.strip():
                yield _record(line, _parse(line, text))


def _parse(line: int, text: str) -> Any:
    check_pairs(text.encode(), line)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise SourceError(f"not valid JSON ({error}). Each line must be one whole object.", line) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_json(spec: SourceSpec) -> Iterator[Record]:
    for line, value in read_json(spec.path, spec.root):
        yield _record(line, value)


def _record(line: int, value: Any) -> Record:
    if not isinstance(value, dict):
        raise SourceError(f"expected an object, got {type(value).__name__}. Each record must be a JSON object.", line)
    return Record(line, value)


READERS: dict[str, Callable[[SourceSpec], Iterator[Record]]] = {
    "csv": _read_csv,
    "json": _read_json,
    "ndjson": _read_ndjson,
}
