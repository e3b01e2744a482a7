"""How the records of an account differ from those that a test expects, in lines that one can read. Pure.

An expected row names the fields that matter; the others, most of them made by the vendor, are not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

#: So many differences are told, and of each value so many characters.
SHOWN = 20
WIDTH = 200


def differences(expected: Sequence[Row], actual: Sequence[Row], key: str, *, whole: bool) -> list[str]:
    """One line for each row that is missing, or differs, or (`whole`) should not be there. Rows are paired by `key`."""
    there: dict[str, list[Row]] = defaultdict(list)
    for row in actual:
        there[repr(row.get(key))].append(row)
    wanted: dict[str, list[Row]] = defaultdict(list)
    for row in expected:
        wanted[repr(row[key])].append(row)
    lines = [line for name, rows in wanted.items() for line in _alike(rows, there[name], key)]
    if whole:
        lines += [f"unexpected  {row.get(key)}: {_shown(_filled(row))}" for rows in there.values() for row in rows]
    return lines


def choose_key(expected: Sequence[Row], keys: Sequence[str], named: str | None = None) -> str:
    """The key that is `named`, or the first that every expected row has; `ValueError` if a row lacks it."""
    if named is not None:
        if all(named in row for row in expected):
            return named
        raise ValueError(
            f"no expected row can be recognised without {named}: give it to each of them, or another key=…"
        )
    for key in keys:
        if all(row.get(key) is not None for row in expected):
            return key
    raise ValueError(f"no expected row can be recognised: give each of them {' or '.join(keys)}, or say key=…")


def summary(lines: Sequence[str], what: str, key: str, counts: tuple[int, int]) -> str:
    """The whole message: what was compared, and the first differences."""
    more = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    head = f"{what} are not as expected: {counts[0]} expected, {counts[1]} there (told apart by {key})"
    return "\n".join([head, *(f"  {line}" for line in lines[:SHOWN]), *more])


def _alike(wanted: Sequence[Row], there: list[Row], key: str) -> Iterator[str]:
    """Rows of one key: equal ones are paired first, then the others in order. What is paired is taken out."""
    left = [row for row in wanted if not _take_equal(row, there)]
    for row in left:
        if there:
            yield f"differs     {row[key]}: {'; '.join(_fields(row, there.pop(0)))}"
        else:
            yield f"missing     {row[key]}: {_shown(row)}"


def _take_equal(row: Row, there: list[Row]) -> bool:
    for n, other in enumerate(there):
        if next(_fields(row, other), None) is None:
            del there[n]
            return True
    return False


def _fields(expected: Row, actual: Row, above: str = "") -> Iterator[str]:
    """Each field that is not as expected; below the top every field counts."""
    names = dict.fromkeys((*expected, *actual)) if above else expected
    for name in names:
        path = f"{above}{name}"
        if name not in actual:
            yield f"{path} is not there, expected {_shown(expected[name])}"
        elif name not in expected:
            yield f"{path} is {_shown(actual[name])}, expected none"
        elif isinstance(expected[name], Mapping) and isinstance(actual[name], Mapping):
            yield from _fields(expected[name], actual[name], f"{path}.")
        elif expected[name] != actual[name]:
            yield f"{path} is {_shown(actual[name])}, expected {_shown(expected[name])}"


def _filled(row: Row) -> Row:
    """What a record holds, without its empty fields."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def _shown(value: Any) -> str:
    text = repr(dict(value) if isinstance(value, Mapping) else value)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
