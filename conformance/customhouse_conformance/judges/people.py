"""What an import does to people who are there already: what is erased, who is opted in, who else is touched."""

from collections.abc import Sequence
from typing import Any

from customhouse_conformance.facts import Row
from customhouse_conformance.findings import Finding, failed, passed
from customhouse_conformance.imports import is_silent, posts, sent_in
from customhouse_conformance.judges.arrival import exactly_once, touched_stranger
from customhouse_conformance.judges.honesty import row_reported
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.store import NOTHING, matches, name_of, people, shape, wanted

#: What helps where the records of a request are compared with each other.
TOGETHER = "put rows that name the same into one request"
#: What no page promises to show: it cannot be sent back, only left out.
UNREADABLE = ("phone", "last_contact_date", "additional_emails", "additional_phones")


@judge
def nothing_is_erased(record: Record, fields: Sequence[str] = (), properties: bool = False) -> Finding:
    """What people had in these fields, and as properties if wanted, of which the source says nothing, stays.

    Codes: erased, changed.
    """
    for index, row in wanted(record):
        for before, after in _then_and_now(record, row):
            for name, old, new in _silent_values(record, row, before, after, fields, properties):
                if new in NOTHING:
                    said = f"row {index + 1} ({name_of(record, row)}) does not name {name!r}, which was {old!r}"
                    return failed(
                        "erased", f"{said} and is erased; {_mend(record, name)}", sent_in(record, row), [index]
                    )
                if new != old:
                    said = f"row {index + 1} ({name_of(record, row)}) does not name {name!r}, which was {old!r}"
                    return failed(
                        "changed", f"{said} and is now {new!r}; leave it alone", sent_in(record, row), [index]
                    )
    return passed("whatever the source does not name is as it was")


@judge
def blank_null_and_absent(record: Record, property: str) -> Finding:
    """A null erases a stored value, an absent key leaves it alone, a blank is not kept as what it was not.

    Codes: null-kept, absent-erased, blank-invented.
    """
    for index, row in wanted(record):
        for before, after in _then_and_now(record, row):
            old, new = (_attributes(record, one).get(property) for one in (before, after))
            who, sent = f"row {index + 1} ({name_of(record, row)})", sent_in(record, row)
            own = _attributes(record, row)
            if property not in own and new != old:
                said = f"{who} has no {property!r} at all, and its {old!r} is now {new!r}; absent means: leave it"
                return failed("absent-erased", said, sent, [index])
            if property in own and own[property] is None and new not in NOTHING:
                return failed("null-kept", f"{who} has null as {property!r}, and {new!r} is stored", sent, [index])
            if own.get(property) == "" and new not in (*NOTHING, old):
                return failed("blank-invented", f"{who} has a blank {property!r}, and {new!r} is stored", sent, [index])
    return passed(f"null erased {property!r}, absent left it alone")


@judge
def opt_outs_are_kept(record: Record) -> Finding:
    """Who opted out stays so, whatever the source says, and who does in the source does so. Codes: opted-in,
    not-opted-out."""
    field = shape(record).opt_out or ""
    for index, row in wanted(record):
        for before, after in _then_and_now(record, row):
            if before.get(field) and not after.get(field):
                said = f"{name_of(record, row)} had opted out and was opted back in by row {index + 1}"
                return failed("opted-in", f"{said}; never send false for it unasked", sent_in(record, row), [index])
        if row.get(field) and not all(one.get(field) for one in matches(record, row)):
            said = f"row {index + 1} ({name_of(record, row)}) opts out, and is not opted out in the store"
            return failed("not-opted-out", said, sent_in(record, row), [index])
    return exactly_once(record)


@judge
def reported_and_others_untouched(record: Record, rows: Sequence[int]) -> Finding:
    """Rows (by index) that run into somebody else are reported, and that person is as before.

    Codes: touched-stranger, and those of row_reported.
    """
    return touched_stranger(record) or row_reported(record, rows)


@judge
def population_is_kept(record: Record) -> Finding:
    """People land in the population that was asked for; without such a population nobody lands anywhere, and that is
    told. Codes: workspace-wide, outside, exit-0, not-said."""
    meant = record.header.told.get("population")
    known = {one["populationId"] for one in record.objects("population")}
    before = {one["id"] for one in people(record, "before", active=False)}
    added = [one for one in people(record) if one["id"] not in before]
    if meant in known:
        outside = [
            one for _, row in wanted(record) for one in matches(record, row) if meant not in one["populationIds"]
        ]
        if outside:
            said = f"{len(outside)} people are not in population {meant}, first {outside[0].get('email')}"
            return failed("outside", f"{said}; send populationId with every request", posts(record))
        return exactly_once(record)
    if added:
        said = f"there is no population {meant}, and {len(added)} people were put into the workspace at large"
        return failed("workspace-wide", f"{said}; stop when the population is refused", posts(record))
    if record.last_process.exit_code == 0:
        return failed("exit-0", f"there is no population {meant}, nobody was imported, and the exit code was 0")
    if "population" not in record.text().casefold() and str(meant) not in record.text():
        return failed("not-said", f"nothing in the output says that the population {meant} is the trouble")
    return passed("an unknown population was told, and nobody was imported without one")


def _mend(record: Record, name: str) -> str:
    """What keeps a stored value from being erased."""
    if name in UNREADABLE:
        return "leave its key out of the record, since it cannot be read back"
    alone = record.header.profile.get("put_scope") == "person"
    return "send what is stored" if alone else f"send what is stored, or {TOGETHER}"


def _then_and_now(record: Record, row: Row) -> list[tuple[Row, Row]]:
    """The row's person before and after, if it was there before and still is."""
    now = {one["id"]: one for one in people(record, active=False)}
    return [(one, now[one["id"]]) for one in matches(record, row, "before") if one["id"] in now]


def _silent_values(
    record: Record, row: Row, before: Row, after: Row, fields: Sequence[str], properties: bool
) -> list[tuple[str, Any, Any]]:
    """(name, stored before, stored after) of what had a value and is not named by the source."""
    pairs = [(name, before.get(name), after.get(name)) for name in fields]
    if properties:
        old, new = _attributes(record, before), _attributes(record, after)
        pairs += [(name, old[name], new.get(name)) for name in old]
    return [(name, old, new) for name, old, new in pairs if old not in NOTHING and is_silent(record, row, name)]


def _attributes(record: Record, row: Row) -> dict[str, Any]:
    return dict(row.get(shape(record).attributes) or {})
