"""Did the columns of the smoke test's rows arrive? A wrong column name is the commonest mistake in plugging in.

Only what is lost is told: a value that arrived in another spelling is a matter for the requirements.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from customhouse_conformance.facts import Row
from customhouse_conformance.record import Record
from customhouse_conformance.smoke_problem import Problem, Severity
from customhouse_conformance.store import NOTHING, asked_for
from customhouse_fixtures import SourceFormat

#: What programs write where they found nothing.
NO_VALUES = ("undefined", "null", "none", "nan")

#: A company is attached by calls of its own.
NOT_COMPARED = ("company_id",)

MEND = (
    "in the manifest's source, name in 'fields' what the importer calls a column, "
    "and in 'columns' only those that it takes"
)


def lost_columns(record: Record, found: Sequence[Row], where: str) -> Iterator[Problem]:
    """What of the rows is not among the people that were found: whole rows, and columns of the others."""
    pairs = [(number, row, _person(row, record.rows, found)) for number, row in enumerate(record.rows, 1)]
    lacking: dict[str, list[int]] = {}
    for number, row, person in pairs:
        for name in _lost(row, person) if person is not None else ():
            lacking.setdefault(name, []).append(number)
    absent = [(number, row) for number, row, person in pairs if person is None]
    if not lacking and not absent:
        return
    said = [f"{len(record.rows)} rows, of which {len(record.rows) - len(absent)} are {where}"]
    said += [_refusal(record, *absent[0])] if absent else []
    said += [f"`{name}`{_of(numbers, record)} never arrived" for name, numbers in lacking.items()]
    said += [file_columns(record)]
    yield Problem(Severity.IMPORTER, "; ".join(filter(None, said)), MEND)


def file_columns(record: Record) -> str:
    """The columns as they stood in the file, in the order in which they first occur."""
    source = record.header.source
    form = SourceFormat(source.format, source.root, source.fields)
    names = dict.fromkeys(name for row in record.rows for name in row)
    return f"the file's columns were {', '.join(map(form.rename, names))}"


def _person(row: Row, rows: Sequence[Row], found: Sequence[Row]) -> Row | None:
    """The one who says most of what this row says and no other; its id may be what never arrived."""
    others = {value for other in rows if other is not row for value in _texts(other.values())}
    own = _texts(row.values()) - others
    best = max(found, key=lambda person: len(own & _texts(person.values())), default=None)
    return best if best is not None and own & _texts(best.values()) else None


def _lost(row: Row, person: Row) -> list[str]:
    """Columns of which neither the field holds anything, nor another one the value."""
    held, there = {_plain(name): value for name, value in person.items()}, _texts(person.values())
    return [
        name
        for name, value in row.items()
        if name not in NOT_COMPARED
        and not _is_nothing(value)
        and _is_nothing(held.get(name))
        and there.isdisjoint(_texts([value]))
    ]


def _refusal(record: Record, number: int, row: Row) -> str:
    """How the last request that named a lost row was refused; nothing, if it was not."""
    last = next(reversed(asked_for(record, row)), None)
    if last is None or last.status is None or last.status < 400:
        return ""
    why = last.why or " ".join(last.response.body.split())[:200]
    return f"row {number}: {last.method} {last.path} was answered with {last.status} ({why})"


def _of(numbers: Sequence[int], record: Record) -> str:
    """Of which rows; nothing, if of all."""
    if len(numbers) == len(record.rows):
        return ""
    return f" of row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _texts(values: Iterable[Any]) -> set[str]:
    """Values as they can be compared whatever became of their type and case; without those that say nothing."""
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return {_plain(value) for value in each if not _is_nothing(value)}


def _is_nothing(value: Any) -> bool:
    return value in NOTHING or value is False or _plain(value) in NO_VALUES


def _plain(value: Any) -> str:
    return str(value).strip().casefold().replace(" ", "_")
