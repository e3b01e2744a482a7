"""Custom properties: made once and rightly, never doubled, and never quietly bent to what is there."""

from collections import Counter

from customhouse_conformance.facts import Row
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.judges.arrival import rows_arrive
from customhouse_conformance.naming import Subject, told_apart
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.store import differences, matches, name_of, reported, same, shape, wanted

TYPES = "types"


@judge
def properties_made_once(record: Record) -> Finding:
    """Each property that the rows name is there once, of the type that the importer was told, and holds the values.

    The type is not looked at where the importer cannot be told any. Codes: made-twice, wrong-type, and those of
    rows_arrive.
    """
    used = property_names(record)
    there = [one for one in record.objects("property") if one["name"] in used]
    for name, count in Counter(one["name"] for one in there).items():
        if count > 1:
            said = f"there are {count} properties called {name!r}"
            return failed("made-twice", f"{said}; make it once, and use its id afterwards")
    told = record.header.told.get(TYPES, {}) if _is_told_types(record) else {}
    for one in there:
        if one["propertyType"] != told.get(one["name"], one["propertyType"]):
            said = f"{one['name']!r} was made as {one['propertyType']} and is {told[one['name']]}"
            return failed("wrong-type", f"{said}; the type cannot be changed afterwards")
    return rows_arrive(record, (shape(record).email, shape(record).attributes))


@judge
def no_twin_property(record: Record) -> Finding:
    """No two properties differ by case or spaces only, and the values are under the one that was there, or reported.

    Who brought nobody in has made no twin, and shown nothing. Codes: twin, lost-value.
    """
    names = [str(one["name"]) for one in record.objects("property")]
    twins = [name for name, count in Counter(map(folded, names)).items() if count > 1]
    if twins:
        alike = ", ".join(repr(name) for name in names if folded(name) == twins[0])
        return failed("twin", f"the properties {alike} are one to a person; use the one that is there already")
    if not any(matches(record, row) for _, row in wanted(record)):
        return not_shown("nobody is in, so no value was to be put under a property")
    lost = {index: what for index, row in wanted(record) if (what := _lost_value(record, row))}
    silent = sorted(set(lost) - reported(record, set(lost)))
    if lost and (silent or record.last_process.exit_code == 0):
        index = next(iter(silent or lost))
        return failed(
            "lost-value", f"row {index + 1} ({name_of(record, record.rows[index])}): {lost[index]}", rows=lost
        )
    return passed("the values are under the property that was there, and it has no twin")


@judge
def clash_is_noticed(record: Record, property: str) -> Finding:
    """A property that is there with another type takes no damaged values unnoticed, and keeps its type.

    Noticed: the property is named, or the rows apart from others that are in, and the exit code says so.
    Codes: retyped, damaged-silently, not-named.
    """
    types = [{one["propertyType"] for one in record.objects("property", when) if one["name"] == property}
             for when in ("before", "after")]  # fmt: skip
    if types[0] != types[1]:
        return failed(
            "retyped", f"{property!r} was {_listed(types[0])} and is {_listed(types[1])}; leave what is there alone"
        )
    lost = {index: what for index, row in wanted(record) if (what := _damage(record, row, property))}
    if not lost:
        return passed(f"the values of {property!r} are as the source has them")
    index = next(iter(lost))
    said = f"row {index + 1} ({name_of(record, record.rows[index])}): {lost[index]}"
    if record.last_process.exit_code == 0:
        advice = "read the properties that are there before you send values for them"
        return failed("damaged-silently", f"exit code 0, but {said}; {advice}", rows=lost)
    others = any(index not in lost and matches(record, row) for index, row in wanted(record))
    if _property_named(record, property) or (others and reported(record, set(lost)) == set(lost)):
        return passed(f"that {property!r} is of another type was told")
    return failed("not-named", f"neither {property!r} nor every row is named, but {said}", rows=lost)


def property_names(record: Record) -> list[str]:
    """The properties that the rows name."""
    return list(dict.fromkeys(name for row in record.rows for name in row.get(shape(record).attributes) or {}))


def folded(name: str) -> str:
    """A property's name as people compare it."""
    return " ".join(name.split()).casefold()


def _is_told_types(record: Record) -> bool:
    claimed = record.header.capabilities
    return claimed is None or TYPES in claimed


def _lost_value(record: Record, row: Row) -> str | None:
    stored = [{folded(name): value for name, value in (one.get(shape(record).attributes) or {}).items()}
              for one in matches(record, row)]  # fmt: skip
    for name, value in (row.get(shape(record).attributes) or {}).items():
        if not any(same(record, value, one.get(folded(name))) for one in stored):
            return f"{name!r} is {value!r} in the source and in the store under no such name"
    return None


def _damage(record: Record, row: Row, name: str) -> str | None:
    """What became of a row's value, if it is not what the source says."""
    own = row.get(shape(record).attributes) or {}
    if name not in own:
        return None
    found = matches(record, row)
    part = {shape(record).attributes: {name: own[name]}}
    unequal = differences(record, part, found[0]) if found else ["not in the store"]
    return unequal[0] if unequal else None


def _property_named(record: Record, name: str) -> bool:
    """Whether something is said of a property that is said of no other."""
    others = [one for one in property_names(record) if one != name]
    return bool(told_apart([Subject((one,)) for one in (name, *others)], range(1), record.texts()))


def _listed(types: set[str]) -> str:
    return " and ".join(sorted(types)) or "not there"
