"""What the importer was seen to do: work that arrived, second runs, kills. A run that did nothing shows none of it."""

from collections.abc import Sequence

from customhouse_conformance.facts import Exchange, Process, Row
from customhouse_conformance.findings import Evidence, Unseen, evidence
from customhouse_conformance.record import Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import asked_for, identity, matches, shape, wanted

#: The columns of a contact that hold text of any kind.
TEXT = ("name", "custom_attributes")


@witness
def work_done(record: Record, moment: str = "after") -> Evidence | None:
    """Every source row became somebody in the store, and the importer ended by itself."""
    rows = wanted(record)
    if not rows or record.ended_by_ceiling or not all(matches(record, row, moment) for _, row in rows):
        return None
    return evidence(rows=[index for index, _ in rows])


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
def second_run_of_another_source(record: Record, fields: Sequence[str]) -> Evidence | Unseen | None:
    """The first run brought every row in, the source has changed in one of these fields, and a second run ended."""
    if not any(name in row for row in record.rows for name in fields):
        return Unseen(f"the importer takes none of the columns that change: {', '.join(fields)}", applies=False)
    return second_run(record)


@witness
def killed_in_the_middle(record: Record) -> Evidence | Unseen | None:
    """The first run was killed after some rows and before the last, and a second one ended by itself."""
    first, second = record.process("first"), record.process("second")
    rows = wanted(record)
    arrived = [row for _, row in rows if matches(record, row, "between")]
    if first is None or second is None or first.ended_by != "killed-by-plan":
        return None
    if not 0 < len(arrived) < len(rows):
        said = f"when the first run had been killed, {len(arrived)} of {len(rows)} rows were in"
        return Unseen(f"{said}, which is not the middle")
    return evidence(arrived=len(arrived)) if second.ended_by_itself else None


@witness
def both_at_work(record: Record) -> Evidence | None:
    """Two processes ran to their own end, and asked for at least half of the rows at overlapping times."""
    if len(record.processes) < 2 or any(not process.ended_by_itself for process in record.processes):
        return None
    pairs = {index: pair for index, row in wanted(record) if (pair := _asked_by_both(record, row))}
    if not pairs or 2 * len(pairs) < len(record.rows):
        return None
    ended = max(first.at + first.took_ms / 1000 for first, _ in pairs.values())
    overlapping = min(later.at for _, later in pairs.values()) < ended
    return evidence(rows=pairs) if overlapping else None


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
def outcome_to_tell(record: Record) -> Evidence | Unseen:
    """The importer worked, and a row is missing where the plan makes rows fail: it has something to be honest about."""
    missing = [index for index, row in wanted(record) if not matches(record, row)]
    if record.ended_by_ceiling:
        return Unseen("it did not end by itself, so it told nothing of how it went")
    if len(missing) == len(wanted(record)):
        return Unseen("no row became somebody in the store: half of honesty is to say of rows that they are in")
    if record.header.faults.get("faults") and not missing:
        return Unseen("every row is in although the plan makes rows fail, so there was no loss to be honest about")
    return some_work_done(record) or Unseen("no row became somebody in the store")


@witness
def text_delivered(record: Record) -> Evidence | Unseen | None:
    """At least half of the rows were sent with a name or custom attributes, and the importer ended by itself."""
    if not any(row.get(name) for row in record.rows for name in TEXT):
        return Unseen(f"the importer takes none of the columns that hold text: {', '.join(TEXT)}", applies=False)
    carried = [index for index, row in wanted(record) if _sent(record, row, TEXT)]
    return evidence(rows=carried) if carried and 2 * len(carried) >= len(record.rows) and _over(record) else None


@witness
def lead_sent(record: Record) -> Evidence | None:
    """A row of the source is a lead and was sent, in whatever role, and the importer ended by itself."""
    form = shape(record)
    leads = [index for index, row in wanted(record) if row.get(form.role) in form.anonymous]
    sent = [index for index in leads if _sent(record, record.rows[index])]
    return evidence(rows=sent) if sent and _over(record) else None


@witness
def token_used(record: Record) -> Evidence | None:
    """The importer sent its token and got work done with it or was refused for it."""
    used = [one for one in record.requests if one.auth == "ok"]
    return evidence(used[:3]) if used and (some_work_done(record) or any(one.status == 401 for one in used)) else None


def _over(record: Record) -> bool:
    return not record.ended_by_ceiling


def _sent(record: Record, row: Row, fields: tuple[str, ...] = ()) -> list[Exchange]:
    """The writes that name the row in their body, and carry one of these fields if any are given."""
    bodies = [(one, one.request.json()) for one in asked_for(record, row) if one.is_write]
    return [
        one for one, body in bodies if isinstance(body, dict) and (not fields or any(body.get(name) for name in fields))
    ]


def _asked_by_both(record: Record, row: Row) -> tuple[Exchange, Exchange] | None:
    """The first request for a row that came twice although its answer gave no reason to ask again: two are asking."""
    seen: dict[tuple[str, str, str, str], Exchange] = {}
    for one in asked_for(record, row):
        key = (one.method, one.path, one.query, one.request.body)
        if key in seen:
            return seen[key], one
        if one.status is not None and one.status < 500 and one.status != 429:
            seen[key] = one
    return None


def _ended(process: Process | None) -> bool:
    return process is not None and process.ended_by_itself
