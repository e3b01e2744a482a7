"""Source rows held against stored people: which record is a row's, and does it say the same.

The table `SHAPES` is all that this module knows of a provider, so that judges read alike for every API: they see
stored people in the words of the rows, each with an `id` and a `status`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from customhouse_conformance.facts import Exchange, Row
from customhouse_conformance.naming import Names, Statement, Subject, said_of, told_apart
from customhouse_conformance.record import Record
from customhouse_conformance.shapes import SHAPES, Shape, fold

T = TypeVar("T")

#: What stands for "no value": stores keep a blank as null and null as a blank (Intercom contract, section 9 no. 21).
BLANK = (None, "")
NOTHING: tuple[object, ...] = (None, "", [], {})


def shape(record: Record) -> Shape:
    return SHAPES[record.header.provider]


def people(record: Record, moment: str = "after", *, active: bool = True) -> list[Row]:
    """Stored people at a moment; only the active ones unless told otherwise."""
    return once(record, ("people", moment, active), lambda: _people(record, moment, active=active))


def strangers(record: Record) -> list[Row]:
    """The people who were there before and are no row's."""
    own = {one["id"] for row in record.rows for one in matches(record, row, "before", active=False)}
    return [one for one in people(record, "before", active=False) if one["id"] not in own]


def wanted(record: Record) -> list[tuple[int, Row]]:
    """The rows that must each become one person: (index, row). Of rows with one identity the last counts."""
    return once(record, ("wanted",), lambda: _wanted(record))


def turned(record: Record) -> Record:
    """The same record, held against what its source has become."""
    source = replace(record.header.source, rows=record.header.turned or ())
    return replace(record, header=replace(record.header, source=source))


def is_importable(record: Record, row: Row) -> bool:
    """Whether the vendor can take the row at all: nothing that it requires is missing or blank."""
    return _complete(row, shape(record).required)


def importable(record: Record, rows: Iterable[Row]) -> list[Row]:
    """Those of the rows that the vendor can take: there may be 50,000 of them."""
    required = shape(record).required
    return [row for row in rows if _complete(row, required)]


def _complete(row: Row, required: Iterable[str]) -> bool:
    return all(str(row.get(name) or "").strip() for name in required)


def identity(record: Record, row: Row) -> tuple[object, ...]:
    """What makes two rows the same person: the id, else an identifier; for anonymous roles e-mail and name."""
    form = shape(record)
    if row.get(form.role) in form.anonymous:
        return ("anonymous", fold(row.get(form.email)), row.get("name"))
    if row.get(form.id) not in BLANK:
        return ("id", str(row[form.id]))
    return _identifier(record, row)


def matches(record: Record, row: Row, moment: str = "after", *, active: bool = True) -> list[Row]:
    """The stored people that are this row's person. More than one is a duplicate."""
    form = shape(record)
    if row.get(form.role) in form.anonymous:
        return [one for one in people(record, moment, active=active) if _same_lead(form, row, one)]
    if row.get(form.id) not in BLANK:
        by_id = _found(record, moment, active, ("id", str(row[form.id])))
        return by_id or [one for one in _by_identifier(record, row, moment, active) if one.get(form.id) in BLANK]
    return _by_identifier(record, row, moment, active)


def differences(record: Record, row: Row, person: Row, fields: Iterable[str] = ()) -> list[str]:
    """Mapped fields that differ, as `name: 'wanted' is 'stored'`. Without `fields`, all that the row has.

    All but `company_id`: a company is attached by calls of its own, which no requirement asks for yet.
    """
    form = shape(record)
    names = list(fields) or [name for name in row if name != "company_id"]
    found = []
    for name in names:
        if name == form.attributes:
            found += _attribute_differences(record, row.get(name) or {}, person.get(name) or {})
        elif name in row and not _exempt(record, row, name):
            sent = str(row[name]) if name == form.id and row[name] not in BLANK else row[name]
            if not _same_field(record, name, sent, person.get(name)):
                found.append(f"{name}: {_spoken(row[name])} is {_spoken(person.get(name))}")
    return found


def same(record: Record, sent: Any, stored: Any) -> bool:
    """Whether a stored value is what the source says. A csv cell has no type, so there numbers compare as text."""
    if sent in NOTHING and stored in NOTHING:
        return True
    if isinstance(sent, list) and isinstance(stored, list):
        return sorted(map(str, sent)) == sorted(map(str, stored))
    if isinstance(stored, str) and not isinstance(sent, str) and record.header.source.format == "csv":
        return stored == (str(sent).lower() if isinstance(sent, bool) else str(sent))
    if isinstance(sent, bool) != isinstance(stored, bool):
        return False
    return bool(sent == stored)


def name_of(record: Record, row: Row) -> str:
    """How a row is called in messages."""
    names = _names(record, row)
    return names[0] if names else str(row.get("name") or "?")


def reported(record: Record, suspects: Collection[int]) -> set[int]:
    """Those of the suspects (row indices) of which something is said that is said of no row that arrived."""
    arrived = [index for index, row in wanted(record) if index not in suspects and matches(record, row)]
    return reported_beside(record, suspects, arrived)


def reported_beside(record: Record, suspects: Collection[int], arrived: Sequence[int]) -> set[int]:
    """The same, held against these rows that arrived: of 50,000 a few will do."""
    chosen = [*sorted(suspects), *arrived]
    subjects = [_subject(record, record.rows[index]) for index in chosen]
    return {chosen[place] for place in told_apart(subjects, range(len(suspects)), record.texts())}


def said_of_rows(record: Record, rows: Sequence[int]) -> list[tuple[int, Statement]]:
    """What is said of one of these rows (by index) and of no other."""
    statements = said_of([_subject(record, record.rows[index]) for index in rows], record.texts())
    return [(rows[place], one) for one in statements if len(one.about) == 1 for place in one.about]


def unnamed(record: Record) -> str:
    """All that was said, without the names and values of rows: a phone number may hold a 401."""
    return Names([_subject(record, row) for row in record.rows]).strike(record.text())


def asked_for(record: Record, row: Row) -> list[Exchange]:
    """The exchanges that name the row (path, query or body), or whose path is that of one of its people."""
    names = Names([_subject(record, row)])
    people_of_row = (one for moment in ("before", "after") for one in matches(record, row, moment, active=False))
    ids = {str(one.get("id")) for one in people_of_row}
    return [
        one
        for one in record.exchanges
        if not ids.isdisjoint(one.path.split("/")) or names.found(f"{one.path}\n{one.query}\n{one.request.body}")
    ]


# ---- reading the export ----


def once(record: Record, what: tuple[object, ...], work_out: Callable[[], T]) -> T:
    """Worked out the first time it is asked for: a thousand rows are each held against a thousand people."""
    if what not in record.notes:
        record.notes[what] = work_out()
    found: T = record.notes[what]
    return found


def _people(record: Record, moment: str, *, active: bool) -> list[Row]:
    form = shape(record)
    lines = record.objects(form.kind, moment)
    if form.words:
        lines = tuple({"status": "active"} | {form.words.get(key, key): value for key, value in line.items()}
                      for line in lines)  # fmt: skip
    return [person for person in lines if not active or person["status"] == "active"]


def _wanted(record: Record) -> list[tuple[int, Row]]:
    last: dict[object, tuple[int, Row]] = {}
    for index, row in enumerate(record.rows):
        if is_importable(record, row):
            last[identity(record, row)] = (index, row)
    return sorted(last.values(), key=lambda pair: pair[0])


# ---- who is who ----


def _identifiers(record: Record) -> tuple[str, ...]:
    """What tells people apart: what the importer was told to use comes first."""
    told = record.header.told.get("identifier")
    return tuple(dict.fromkeys(([told] if told else []) + list(shape(record).identifiers)))


def _identifier(record: Record, row: Row) -> tuple[object, ...]:
    for name in _identifiers(record):
        if (value := _value(record, row, name)) not in BLANK:
            return (name, _folded(record, name, value))
    return ("email", "")


def _by_identifier(record: Record, row: Row, moment: str, active: bool) -> list[Row]:
    key = _identifier(record, row)
    return _found(record, moment, active, key) if key[1] else []


def _found(record: Record, moment: str, active: bool, key: tuple[object, ...]) -> list[Row]:
    found: list[Row] = once(record, ("keys", moment, active), lambda: _keys(record, moment, active)).get(key, [])
    return found


def _keys(record: Record, moment: str, active: bool) -> dict[tuple[object, ...], list[Row]]:
    form = shape(record)
    keys: dict[tuple[object, ...], list[Row]] = {}
    for person in people(record, moment, active=active):
        keys.setdefault(("id", str(person.get(form.id))), []).append(person)
        for name in _identifiers(record):
            keys.setdefault((name, _folded(record, name, _value(record, person, name))), []).append(person)
    return keys


def _value(record: Record, row: Row, name: str) -> Any:
    """A field of a row or person, or an attribute of that name."""
    return row[name] if name in row else (row.get(shape(record).attributes) or {}).get(name)


def _folded(record: Record, name: str, value: Any) -> Any:
    usual = fold if name == shape(record).email else str
    return shape(record).folds.get(name, usual)(value) if value not in BLANK else ""


def _names(record: Record, row: Row) -> tuple[str, ...]:
    """All by which a row may be named."""
    form = shape(record)
    values = [row.get(form.id), *(_value(record, row, name) for name in form.identifiers)]
    return tuple(dict.fromkeys(str(value) for value in values if value not in BLANK))


def _subject(record: Record, row: Row) -> Subject:
    form = shape(record)
    attributes = row.get(form.attributes) or {}
    values = [value for key, value in {**row, **attributes}.items() if key != form.role and value not in BLANK]
    return Subject(_names(record, row), tuple(str(value) for value in values if not isinstance(value, dict | bool)))


# ---- what is the same ----


def _exempt(record: Record, row: Row, name: str) -> bool:
    """An anonymous person's id is the server's own (Intercom contract, section 2.3); who opted out decides alone."""
    form = shape(record)
    return (name == form.id and row.get(form.role) in form.anonymous) or (name == form.opt_out and not row[name])


def _spoken(value: Any) -> str:
    """A value in a message."""
    return "nothing" if value is None else repr(value)


def _same_field(record: Record, name: str, sent: Any, stored: Any) -> bool:
    folded = shape(record).folds.get(name)
    return bool(folded(sent) == folded(stored)) if folded else same(record, sent, stored)


def _attribute_differences(record: Record, sent: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    return [
        f"{shape(record).attributes}.{name}: {_spoken(value)} is {_spoken(stored.get(name))}"
        for name, value in sent.items()
        if not same(record, value, stored.get(name))
    ]


def _same_lead(form: Shape, row: Row, person: Row) -> bool:
    if person.get(form.role) not in form.anonymous:
        return False
    return fold(row.get(form.email)) == fold(person.get(form.email)) and row.get("name") == person.get("name")
