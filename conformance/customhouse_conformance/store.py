"""Source rows held against stored people: which record is a row's, and does it say the same.

The table `SHAPES` is all that this module knows of a provider, so that judges read alike for every API.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from customhouse_conformance.naming import Names, Subject, told_apart
from customhouse_conformance.record import Exchange, Record, Row

#: What stands for "no value": stores keep a blank as null and null as a blank (Intercom contract, section 9 no. 21).
BLANK = (None, "")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a provider's export names its people, and which field means what."""

    kind: str
    id: str = "external_id"
    email: str = "email"
    role: str = "role"
    #: Fields without which the vendor takes nobody: rows that lack one are not wanted in the store.
    required: tuple[str, ...] = ()
    #: Roles whose people have no identity of their own at the vendor: matched by what they say, not by id.
    anonymous: tuple[str, ...] = ()


SHAPES: Mapping[str, Shape] = {
    "intercom": Shape("contact", anonymous=("lead",)),
    "intandem": Shape("client", required=("first_name",)),
}


def shape(record: Record) -> Shape:
    return SHAPES[record.header.provider]


def people(record: Record, moment: str = "after", *, active: bool = True) -> list[Row]:
    """Stored people at a moment; only the active ones unless told otherwise."""
    found = record.objects(shape(record).kind, moment)
    return [person for person in found if not active or person["status"] == "active"]


def wanted(record: Record) -> list[tuple[int, Row]]:
    """The rows that must each become one person: (index, row). Of rows with one identity the last counts."""
    last: dict[object, tuple[int, Row]] = {}
    for index, row in enumerate(record.rows):
        if is_importable(record, row):
            last[identity(record, row)] = (index, row)
    return sorted(last.values(), key=lambda pair: pair[0])


def is_importable(record: Record, row: Row) -> bool:
    """Whether the vendor can take the row at all: nothing that it requires is missing or blank."""
    return all(str(row.get(name) or "").strip() for name in shape(record).required)


def identity(record: Record, row: Row) -> object:
    """What makes two rows the same person: the id, else the e-mail; for anonymous roles e-mail and name."""
    form = shape(record)
    email = fold(row.get(form.email))
    if row.get(form.role) in form.anonymous:
        return ("anonymous", email, row.get("name"))
    if row.get(form.id) not in BLANK:
        return ("id", str(row[form.id]))
    return ("email", email)


def matches(record: Record, row: Row, moment: str = "after", *, active: bool = True) -> list[Row]:
    """The stored people that are this row's person. More than one is a duplicate."""
    form = shape(record)
    among = people(record, moment, active=active)
    if row.get(form.role) in form.anonymous:
        return [one for one in among if _same_lead(form, row, one)]
    if row.get(form.id) not in BLANK:
        by_id = [one for one in among if str(one.get(form.id)) == str(row[form.id])]
        return by_id or [one for one in among if one.get(form.id) in BLANK and _same_email(form, row, one)]
    return [one for one in among if _same_email(form, row, one)]


def differences(record: Record, row: Row, person: Row, fields: Iterable[str] = ()) -> list[str]:
    """Mapped fields that differ, as `name: 'wanted' is 'stored'`. Without `fields`, all that the row has.

    All but `company_id`: a company is attached by calls of its own, which no requirement asks for yet.
    """
    form = shape(record)
    names = list(fields) or [name for name in row if name != "company_id"]
    found = []
    for name in names:
        if name == "custom_attributes":
            found += _attribute_differences(record, row.get(name) or {}, person.get(name) or {})
        elif name in row and not _exempt(record, row, name):
            sent = str(row[name]) if name == form.id and row[name] not in BLANK else row[name]
            if not same(record, sent, person.get(name)):
                found.append(f"{name}: {row[name]!r} is {person.get(name)!r}")
    return found


def same(record: Record, sent: Any, stored: Any) -> bool:
    """Whether a stored value is what the source says. A csv cell has no type, so there numbers compare as text."""
    if sent in BLANK and stored in BLANK:
        return True
    if isinstance(stored, str) and not isinstance(sent, str) and record.header.source.format == "csv":
        return stored == (str(sent).lower() if isinstance(sent, bool) else str(sent))
    if isinstance(sent, bool) != isinstance(stored, bool):
        return False
    return bool(sent == stored)


def fold(email: object) -> str:
    """An e-mail as identities compare it."""
    return str(email or "").strip().casefold()


def name_of(record: Record, row: Row) -> str:
    """How a row is called in messages."""
    form = shape(record)
    return str(row.get(form.id) if row.get(form.id) not in BLANK else row.get(form.email) or row.get("name") or "?")


def reported(record: Record, suspects: Collection[int]) -> set[int]:
    """Those of the suspects (row indices) of which something is said that is said of no row that arrived."""
    arrived = [index for index, row in wanted(record) if index not in suspects and matches(record, row)]
    chosen = [*sorted(suspects), *arrived]
    subjects = [_subject(record, record.rows[index]) for index in chosen]
    return {chosen[place] for place in told_apart(subjects, range(len(suspects)), record.texts())}


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


def _subject(record: Record, row: Row) -> Subject:
    form = shape(record)
    names = tuple(str(row[key]) for key in (form.id, form.email) if row.get(key) not in BLANK)
    attributes = row.get("custom_attributes") or {}
    values = [value for key, value in {**row, **attributes}.items() if key != form.role and value not in BLANK]
    return Subject(names, tuple(str(value) for value in values if not isinstance(value, dict | bool)))


def _exempt(record: Record, row: Row, name: str) -> bool:
    """An anonymous person's id is the server's own (Intercom contract, section 2.3)."""
    form = shape(record)
    return name == form.id and row.get(form.role) in form.anonymous


def _attribute_differences(record: Record, sent: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    return [
        f"custom_attributes.{name}: {value!r} is {stored.get(name)!r}"
        for name, value in sent.items()
        if not same(record, value, stored.get(name))
    ]


def _same_email(form: Shape, row: Row, person: Row) -> bool:
    return fold(row.get(form.email)) == fold(person.get(form.email)) != ""


def _same_lead(form: Shape, row: Row, person: Row) -> bool:
    if person.get(form.role) not in form.anonymous:
        return False
    return fold(row.get(form.email)) == fold(person.get(form.email)) and row.get("name") == person.get("name")
