"""What the importer was seen to do: work that arrived, second runs, kills. A run that did nothing shows none of it."""

from customhouse_conformance.findings import Evidence, evidence
from customhouse_conformance.record import Process, Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import identity, matches, wanted


@witness
def work_done(record: Record, moment: str = "after") -> Evidence | None:
    """Every source row became somebody in the store, and the importer ended by itself."""
    rows = wanted(record)
    if not rows or record.ended_by_ceiling or not all(matches(record, row, moment) for _, row in rows):
        return None
    return evidence(rows=[index for index, _ in rows])


@witness
def some_work_done(record: Record) -> Evidence | None:
    """At least one source row became somebody in the store, and the importer ended by itself."""
    rows = [index for index, row in wanted(record) if matches(record, row)]
    return evidence(rows=rows) if rows and not record.ended_by_ceiling else None


@witness
def tried(record: Record, operation: str = "*.create") -> Evidence | None:
    """It was tried, with whatever success, and the importer ended by itself."""
    calls = record.operation(operation)
    return evidence(calls[:5]) if calls and not record.ended_by_ceiling else None


@witness
def created(record: Record) -> Evidence | None:
    """Somebody was created, and the importer ended by itself."""
    made = [one for one in record.operation("*.create") if one.status == 200 and one.committed]
    return evidence(made[:5]) if made and not record.ended_by_ceiling else None


@witness
def used_attributes(record: Record) -> Evidence | None:
    """A contact with custom attributes was sent."""
    calls = record.operation("contacts.create") + record.operation("contacts.update")
    sent = [one for one in calls if (one.request.json() or {}).get("custom_attributes")]
    return evidence(sent[:5]) if sent else None


@witness
def attribute_defined(record: Record) -> Evidence | None:
    """An attribute was created, and the rows arrived."""
    made = [one for one in record.operation("data_attributes.create") if one.status == 200]
    return evidence(made) if made and work_done(record) else None


@witness
def second_run(record: Record) -> Evidence | None:
    """The first run brought every row in, and a second one ended by itself."""
    process = record.process("second")
    if process is None or not process.ended_by_itself or not work_done(record, "between"):
        return None
    return evidence(process=process.n)


@witness
def killed_in_the_middle(record: Record) -> Evidence | None:
    """The first run was killed after some rows and before the last, and a second one ended by itself."""
    first, second = record.process("first"), record.process("second")
    arrived = [row for _, row in wanted(record) if matches(record, row, "between")]
    middle = 0 < len(arrived) < len(wanted(record))
    if first is None or second is None or first.ended_by != "killed-by-plan" or not middle:
        return None
    return evidence(arrived=len(arrived)) if second.ended_by_itself else None


@witness
def both_at_work(record: Record) -> Evidence | None:
    """Two processes ran to their own end, and at least half of the rows were asked for more than once."""
    if len(record.processes) < 2 or any(not process.ended_by_itself for process in record.processes):
        return None
    bodies = [one.request.body for one in record.operation("contacts.*")]
    twice = [index for index, row in wanted(record) if sum(str(row["email"]) in body for body in bodies) > 1]
    return evidence(rows=twice) if 2 * len(twice) >= len(record.rows) else None


@witness
def control_worked(record: Record) -> Evidence | None:
    """With a good source the importer did its work, so that doing nothing with another one means something."""
    return (
        work_done(record, "between") if _ended(record.process("control")) and _ended(record.process("then")) else None
    )


@witness
def duplicates_sent(record: Record) -> Evidence | None:
    """The source holds rows of one identity, and the importer worked."""
    doubled = len({identity(record, row) for row in record.rows}) < len(record.rows)
    return some_work_done(record) if doubled else None


@witness
def row_missing(record: Record) -> Evidence | None:
    """The importer worked, and a row is not in the store: there is something to be honest about."""
    missing = [index for index, row in wanted(record) if not matches(record, row)]
    return evidence(rows=missing) if missing and some_work_done(record) else None


@witness
def token_used(record: Record) -> Evidence | None:
    """The importer sent its token and got work done with it or was refused for it."""
    used = [one for one in record.requests if one.auth == "ok"]
    return evidence(used[:3]) if used and (some_work_done(record) or any(one.status == 401 for one in used)) else None


def _ended(process: Process | None) -> bool:
    return process is not None and process.ended_by_itself
