"""Requests with many people in them: how many, who, and whether it matters who is in one with whom."""

from collections import Counter
from collections.abc import Sequence

from customhouse_conformance.facts import Exchange, Row
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.imports import (
    NAMES,
    as_row,
    columns,
    import_lines,
    is_silent,
    people_of,
    posts,
    sent_in,
)
from customhouse_conformance.judges.arrival import exactly_once
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.store import (
    NOTHING,
    differences,
    identity,
    matches,
    name_of,
    once,
    shape,
    wanted,
)


@judge
def batches_within_limit(record: Record, most: int, rule: str) -> Finding:
    """No request holds more people than the vendor takes. Code: over-limit."""
    over = [post for post in posts(record) if post.refused_by == f"rule:{rule}" or len(people_of(post)) > most]
    if over:
        said = f"exchange {over[0].n} holds more than the {most} people that one request takes"
        return failed("over-limit", f"{said} ({over[0].why or 'see its body'}); send the rows in parts", over)
    if not all(matches(record, row) for _, row in wanted(record)):
        return not_shown("not every row is in: it may have stopped before the limit mattered")
    return passed(f"none of {len(posts(record))} requests held more than {most} people")


@judge
def each_row_sent_once(record: Record) -> Finding:
    """The rows are in accepted requests once each, all together. Codes: lost-rows, sent-again.

    What became of a row that was sent is another requirement's question.
    """
    tried = {identity(record, as_row(record, person)) for post in posts(record) for person in people_of(post)}
    absent = [index for index, row in wanted(record) if not matches(record, row)]
    missing = [index for index in absent if identity(record, record.rows[index]) not in tried]
    if missing:
        row = record.rows[missing[0]]
        said = f"{len(missing)} rows are in no request, first row {missing[0] + 1} ({name_of(record, row)})"
        return failed("lost-rows", f"{said}; send every row of the source", rows=missing)
    refused = [index for index in absent if not sent_in(record, record.rows[index])]
    if refused:
        post = next((one for one in posts(record) if one.refused_by or one.status != 202), posts(record)[0])
        return not_shown(f"{len(refused)} rows were sent and refused (exchange {post.n}: {post.why or post.status})")
    sent, rows = sum(int(line["records"]) for line in import_lines(record)), len(wanted(record))
    if sent > rows:
        said = f"{sent} records were accepted for {rows} rows although nothing went wrong"
        return failed("sent-again", f"{said}; send a row once", posts(record))
    return passed(f"{sent} records were accepted for {rows} rows")


@judge
def records_are_uniform(record: Record) -> Finding:
    """All people of a request name the same properties and names. Code: ragged."""
    for post in posts(record):
        people = people_of(post)
        named = [columns(record, person) for person in people]
        union = set().union(*named)
        for person, own in zip(people, named, strict=True):
            if lacking := sorted(union - own):
                who = name_of(record, as_row(record, person))
                said = f"exchange {post.n}: {who} lacks {lacking[0]}, which another of its {len(people)} records names"
                return failed("ragged", f"{said}, so what is stored there is erased; name it in all or in none", [post])
    return passed(f"in each of {len(posts(record))} requests all records name the same properties", posts(record))


@judge
def nobody_twice_in_a_request(record: Record) -> Finding:
    """No request names one person twice, and each is in the store once, as one of the rows says.

    Codes: sent-twice, mixed-rows, and those of exactly_once.
    """
    for post in posts(record):
        counts = Counter(identity(record, as_row(record, person)) for person in people_of(post))
        for key, count in counts.items():
            if count > 1:
                said = f"exchange {post.n} holds {key[1]} {count} times, of which the vendor fails all but one"
                return failed("sent-twice", f"{said}; settle which row counts before it is sent", [post])
    finding = exactly_once(record)
    return finding if finding.code != "ok" else _one_of_the_rows(record)


def _one_of_the_rows(record: Record) -> Finding:
    """Only where rows of one person say different things, and only of those things: what the person does not have at
    all was dropped, not mixed."""
    for _, row in wanted(record):
        alike = rows_of(record, row)
        person = matches(record, row)[0]
        disputed = [name for name in disputed_fields(alike) if person.get(name) not in NOTHING]
        unequal = [differences(record, one, person, disputed) for one in alike] if disputed else []
        if unequal and all(unequal):
            who = f"{name_of(record, row)} stands in the source {len(alike)} times, and is stored as none of these rows"
            said = f"{who} ({'; '.join(unequal[-1][:3])} in the store)"
            return failed("mixed-rows", f"{said}; take one row whole", rows=[record.rows.index(row)])
    return passed("rows of one person were settled before they were sent")


def rows_of(record: Record, row: Row) -> list[Row]:
    """The rows of the person of a row, in the order of the source."""
    found: dict[tuple[object, ...], list[Row]] = once(record, ("rows of",), lambda: _rows_by_person(record))
    return found[identity(record, row)]


def disputed_fields(rows: Sequence[Row]) -> list[str]:
    """The fields of which rows of one person do not say the same."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if any(row.get(name) != rows[0].get(name) for row in rows)]


def _rows_by_person(record: Record) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in record.rows:
        found.setdefault(identity(record, row), []).append(row)
    return found


@judge
def newest_row_counts(record: Record, fields: Sequence[str]) -> Finding:
    """Of rows of one person the last is stored: in none of these fields the person is as an older row says.

    Codes: older-row, and those of exactly_once.
    """
    for index, row in wanted(record):
        person = next(iter(matches(record, row)), None)
        alike = rows_of(record, row)
        for name in disputed_fields(alike) if person else ():
            older = [one for one in alike[:-1] if not differences(record, one, person or {}, [name])]
            if name in fields and older and (wrong := differences(record, row, person or {}, [name])):
                said = f"row {index + 1} ({name_of(record, row)}) is stored as an older row of it says: {wrong[0]}"
                advice = "settle which row counts over the whole source, or await one import before the next"
                return failed("older-row", f"{said}; {advice}", sent_in(record, row), [index])
    return exactly_once(record)


@judge
def alike_everywhere(record: Record, property: str) -> Finding:
    """A property that rows do not name fares alike wherever in the source they stand, and so does what they do name:
    not stored for all rows of one request and lost for all of another. Code: depends-on-batch.
    """
    kept: list[int] = []
    erased: list[int] = []
    for index, row in wanted(record):
        before, after = (_value(record, index, property, moment) for moment in ("before", "after"))
        if is_silent(record, row, property) and before not in NOTHING:
            (kept if after == before else erased).append(index)
    if kept and erased:
        said = f"row {erased[0] + 1} lost its {property!r}, row {kept[0] + 1} kept it, and neither row names it"
        advice = "who is erased depends on who is in the same request; plan the columns over the whole source"
        return failed("depends-on-batch", f"{said}: {advice}", _requests(record, [erased[0], kept[0]]), erased)
    for name in (*NAMES, shape(record).attributes):
        if found := _one_request_differs(record, name):
            return found
    return passed("what is stored of a row does not depend on the request that it was in")


def _one_request_differs(record: Record, name: str) -> Finding | None:
    """Whether some request's rows all have the values of a field that they name, and another's all have lost them.

    Not where one person is a request: there the row is as likely the reason.
    """
    fates: dict[int, dict[bool, list[int]]] = {}
    for index, row in wanted(record):
        found, sent = matches(record, row), sent_in(record, row)
        if found and sent and row.get(name) not in NOTHING and len(people_of(sent[-1])) > 1:
            came = not differences(record, row, found[0], [name])
            fates.setdefault(sent[-1].n, {True: [], False: []})[came].append(index)
    good = [n for n, fate in fates.items() if not fate[False]]
    bad = [n for n, fate in fates.items() if not fate[True]]
    if not good or not bad:
        return None
    lost, kept = fates[bad[0]][False], fates[good[0]][True]
    said = f"{name} of row {lost[0] + 1} is not stored, that of row {kept[0] + 1} in another request is"
    return failed("depends-on-batch", f"{said}: plan the columns over the whole source", [bad[0], good[0]], lost)


def _value(record: Record, index: int, property: str, moment: str) -> object:
    found = matches(record, record.rows[index], moment)
    return (found[0].get(shape(record).attributes) or {}).get(property) if found else None


def _requests(record: Record, rows: list[int]) -> list[Exchange]:
    return [post for index in rows for post in sent_in(record, record.rows[index])]
