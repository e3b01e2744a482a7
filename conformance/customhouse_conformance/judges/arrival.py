"""Is what the source holds what the store holds: each row exactly once, all fields equal, nobody else touched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from customhouse_conformance.facts import Exchange, Row
from customhouse_conformance.findings import Finding, failed, passed
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.shapes import Shape
from customhouse_conformance.store import (
    asked_for,
    differences,
    matches,
    name_of,
    people,
    reported,
    shape,
    strangers,
    turned,
    wanted,
)

DUPLICATED = "duplicated-rows"
#: Worst first.
CODES = ("lost-rows", DUPLICATED, "wrong-fields")
INVENTED = "invented"


@dataclass(frozen=True, slots=True)
class _Defect:
    code: str
    index: int
    detail: str


@judge
def rows_arrive(
    record: Record,
    fields: Sequence[str] = (),
    skip: Sequence[int] = (),
    reported_ok: bool | Sequence[int] = False,
    doubtful: Sequence[int] = (),
) -> Finding:
    """Every row (but those of the indices in `skip`) is exactly one active person with all its mapped fields.

    `fields` narrows what is compared. With `reported_ok` (any row, or those of these indices), a row that is missing or
    differs (but not one that is there twice) is forgiven if the output reports it and the run ends with an error. Rows
    of the indices in `doubtful` may be reported alike: they are in, and the importer could not know it.
    Codes: lost-rows, duplicated-rows, wrong-fields; and invented, when somebody is in the store who was not there
    before and is no row's.
    """
    forgiven = set(skip)
    defects = [one for one in _defects(record, fields) if one.index not in forgiven]
    if reported_ok and record.last_process.exit_code != 0:
        excusable = range(len(record.rows)) if reported_ok is True else reported_ok
        lacking = {one.index for one in defects if one.code != DUPLICATED and one.index in excusable}
        forgiven |= reported(record, lacking | set(doubtful)) & lacking
        defects = [one for one in defects if one.index not in forgiven]
    if not defects:
        return _nobody_invented(record, forgiven)
    worst = min(defects, key=lambda one: CODES.index(one.code))
    alike = [one.index for one in defects if one.code == worst.code]
    more = f" (and {len(alike) - 1} more)" if len(alike) > 1 else ""
    row = record.rows[worst.index]
    struck = _struck(record, row) if worst.code == "lost-rows" else None
    met = f"; exchange {struck.n}, the last to name it: {struck.why}" if struck else ""
    said = f"row {worst.index + 1} ({name_of(record, row)}) {worst.detail}{more}{met}"
    return failed(worst.code, said, [struck] if struck else [], rows=alike)


@judge
def exactly_once(record: Record) -> Finding:
    """Every row is one active person, whatever its fields say. Codes: lost-rows, duplicated-rows."""
    return rows_arrive(record, fields=(shape(record).email,))


@judge
def roles_are_kept(record: Record) -> Finding:
    """Each person has the role that its row says, and all else too. Codes: wrong-role, and those of rows_arrive."""
    form = shape(record)
    for index, row in wanted(record):
        found = matches(record, row)
        if found:
            wrong = [one for one in found if row.get(form.role) not in (None, one[form.role])]
        else:
            wrong = [one for one in people(record) if one.get(form.email) == row.get(form.email)]
        if wrong:
            sent = [one for one in asked_for(record, row) if one.is_write and isinstance(one.request.json(), dict)]
            became = f"{name_of(record, row)} is a {row[form.role]} and became a {wrong[0][form.role]}"
            return failed("wrong-role", became + _role_sent(form, row, sent), sent[:20], [index])
        if not found:
            return failed("lost-rows", f"row {index + 1} ({name_of(record, row)}) is not in the store", rows=[index])
    return rows_arrive(record)


@judge
def attributes_arrive(record: Record) -> Finding:
    """Every custom attribute of every row is stored, and none was refused for not being defined.

    Codes: used-before-defined, lost-rows, duplicated-rows, wrong-fields.
    """
    refused = [one for one in record.exchanges if one.refused_by == "rule:attribute.missing"]
    if refused:
        return failed("used-before-defined", f"exchange {refused[0].n}: {refused[0].why}", refused)
    return rows_arrive(record, fields=(shape(record).attributes,))


@judge
def same_person_updated(record: Record, fields: Sequence[str] = ()) -> Finding:
    """People that were there before keep their id and end with the source's fields.

    Codes: replaced, and those of rows_arrive.
    """
    for index, row in wanted(record):
        before = matches(record, row, "before", active=False)
        after = matches(record, row)
        if before and after and {one["id"] for one in before}.isdisjoint(one["id"] for one in after):
            said = f"{name_of(record, row)} was {before[0]['id']} and is now {after[0]['id']}"
            return failed("replaced", said, rows=[index])
    return rows_arrive(record, fields)


@judge
def turned_rows_arrive(record: Record, fields: Sequence[str]) -> Finding:
    """What the source has become after the first run is what the store holds. Codes: those of rows_arrive."""
    return rows_arrive(turned(record), fields)


@judge
def strangers_untouched(record: Record) -> Finding:
    """People that belong to no row are exactly as they were, and no row's name went to somebody else.

    Codes: touched-stranger, and those of rows_arrive.
    """
    return touched_stranger(record) or rows_arrive(record, fields=("email", "name"))


def touched_stranger(record: Record) -> Finding | None:
    """What is wrong with somebody who was there before and belongs to no row, if anything."""
    after = {one["id"]: one for one in people(record, "after", active=False)}
    for person in strangers(record):
        if after.get(person["id"]) != person:
            return failed("touched-stranger", f"{person['id']} ({person.get('email')}) is no row's and was changed")
    return None


def _role_sent(form: Shape, row: Row, sent: Sequence[Exchange]) -> str:
    """In words, the first of these calls that sent another role than the row's, or created somebody without any."""
    for one in sent:
        role = one.request.json().get(form.role)
        if role != row[form.role] and (role is not None or one.operation == "contacts.create"):
            what = "no role" if role is None else f"role {role!r}"
            return f"; exchange {one.n} sent {what} for a row that says {row[form.role]!r}"
    return ""


def _struck(record: Record, row: Row) -> Exchange | None:
    """The last exchange that names a row, if a fault answered it: which of a plan's faults the row was lost by."""
    last = next(reversed(asked_for(record, row)), None)
    return last if last and (last.refused_by or "").startswith("fault:") else None


def _nobody_invented(record: Record, forgiven: Collection[int] = ()) -> Finding:
    known = {one["id"] for one in people(record, "before", active=False)}
    known |= {one["id"] for _, row in wanted(record) for one in matches(record, row)}
    invented = [one for one in people(record) if one["id"] not in known]
    if invented:
        who = f"{invented[0]['id']} ({invented[0].get('email')})"
        return failed(INVENTED, f"{len(invented)} people in the store are no row's, first {who}")
    rows = [index for index, _ in wanted(record)]
    others = sum(index in forgiven for index in rows)
    if others:
        there = len(rows) - others
        return passed(f"{there} of {len(rows)} rows are in the store exactly once, the rest was reported")
    return passed(f"all {len(rows)} rows are in the store exactly once")


def _defects(record: Record, fields: Sequence[str]) -> list[_Defect]:
    found = []
    for index, row in wanted(record):
        stored = matches(record, row)
        unequal = differences(record, row, stored[0], fields) if stored else []
        if not stored:
            found.append(_Defect("lost-rows", index, "is not in the store"))
        elif len(stored) > 1:
            found.append(_Defect("duplicated-rows", index, f"is in the store {len(stored)} times"))
        elif unequal:
            found.append(_Defect("wrong-fields", index, f"differs: {', '.join(unequal[:3])}"))
    return found
