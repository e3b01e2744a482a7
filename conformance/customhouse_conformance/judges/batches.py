"""Requests with many people in them: how many, who, and whether it matters who is in one with whom."""

from collections import Counter

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
from customhouse_conformance.judges.arrival import exactly_once, rows_arrive
from customhouse_conformance.record import Exchange, Record
from customhouse_conformance.registry import judge
from customhouse_conformance.store import (
    NOTHING,
    differences,
    identity,
    matches,
    name_of,
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
    """The rows are in accepted requests once each, all together. Codes: lost-rows, sent-again."""
    missing = [index for index, row in wanted(record) if not matches(record, row)]
    if missing:
        row = record.rows[missing[0]]
        said = f"{len(missing)} rows never came about, first row {missing[0] + 1} ({name_of(record, row)})"
        return failed("lost-rows", f"{said}; send every row of the source", rows=missing)
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
    for _, row in wanted(record):
        person = matches(record, row)[0]
        alike = [one for one in record.rows if identity(record, one) == identity(record, row)]
        if all(differences(record, one, person) for one in alike):
            said = (
                f"{name_of(record, row)} stands in the source {len(alike)} times, and is stored as none of these rows"
            )
            return failed("mixed-rows", f"{said}; take one row whole", rows=[record.rows.index(row)])
    return passed("rows of one person were settled before they were sent")


@judge
def alike_everywhere(record: Record, property: str) -> Finding:
    """A property that rows do not name fares alike wherever in the source they stand. Codes: depends-on-batch, and
    those of rows_arrive for what rows do name."""
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
    return rows_arrive(record, (shape(record).email, *NAMES, shape(record).attributes))


def _value(record: Record, index: int, property: str, moment: str) -> object:
    found = matches(record, record.rows[index], moment)
    return (found[0].get(shape(record).attributes) or {}).get(property) if found else None


def _requests(record: Record, rows: list[int]) -> list[Exchange]:
    return [post for index in rows for post in sent_in(record, record.rows[index])]
