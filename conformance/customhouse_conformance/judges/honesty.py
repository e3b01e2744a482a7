"""What the importer says against what is so: exit codes, reports, secrets, and the second run."""

from collections.abc import Sequence
from typing import Any

from customhouse_conformance.facts import Process, Row
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.judges.arrival import rows_arrive
from customhouse_conformance.judges.conduct import tries_at_most
from customhouse_conformance.naming import Subject, told_apart
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.spoken import tells
from customhouse_conformance.store import (
    asked_for,
    differences,
    matches,
    name_of,
    people,
    reported,
    said_of_rows,
    shape,
    wanted,
)

#: Fields of an export line that change without anybody having changed the person.
VOLATILE = ("updated_at", "updated_by")
#: What is said of a row that did not come in.
FAILED = ("failed", "failure", "rejected", "refused", "error", "errors", "not imported", "could not be imported")
PYTHON = "Traceback (most recent call last)"
#: How runtimes say that nobody caught an exception: Node, Java, Go, Rust, C. (Python's words are also logged.)
UNCAUGHT = (
    "\nNode.js v",
    "Exception in thread ",
    "goroutine 1 [running]",
    "' panicked at ",
    "Segmentation fault",
)


@judge
def row_reported(record: Record, rows: Sequence[int] = ()) -> Finding:
    """Rows that could not be imported (by index) are reported, the others are in, and the exit code says so.

    A row is reported if something is said of it that is said of no row that arrived (see `naming`).
    Codes: not-named, exit-0, and those of rows_arrive for the others.
    """
    silent = sorted(set(rows) - reported(record, rows))
    if silent:
        name = name_of(record, record.rows[silent[0]])
        said = f"nothing in the output tells row {silent[0] + 1} ({name}) from the rows that arrived"
        return failed("not-named", said, rows=silent)
    if record.last_process.exit_code == 0:
        return failed("exit-0", "a row was not imported, and the exit code was 0", rows=rows)
    return rows_arrive(record, (shape(record).email,), skip=rows)


@judge
def gives_up_and_reports(record: Record, faults: Sequence[str], at_most: int, rows: Sequence[int]) -> Finding:
    """What keeps failing is tried a bounded number of times and reported, and the rest arrives.

    Codes: too-many-tries, and those of row_reported.
    """
    bounded = tries_at_most(record, faults, at_most)
    return bounded if bounded.code != "ok" else row_reported(record, rows)


@judge
def unrestorable_reported(record: Record, rows: Sequence[int], at_most: int) -> Finding:
    """People that cannot be restored are reported after a few calls of any kind, and the rest arrives.

    Codes: too-many-tries, and those of row_reported.
    """
    for index in rows:
        calls = asked_for(record, record.rows[index])
        if len(calls) > at_most:
            said = f"{len(calls)} calls for row {index + 1} ({name_of(record, record.rows[index])})"
            return failed("too-many-tries", f"{said}, at most {at_most} make sense", calls[:20], [index])
    return row_reported(record, rows)


@judge
def arrives_and_says_so(record: Record, fields: Sequence[str] = ()) -> Finding:
    """All rows are in (with these fields) and the exit code is 0. Codes: false-alarm, and those of rows_arrive."""
    finding = rows_arrive(record, fields or (shape(record).email,))
    if finding.code == "ok" and record.last_process.exit_code != 0:
        return failed("false-alarm", f"every row is in, and the exit code was {record.last_process.exit_code}")
    return finding


@judge
def arrives_without_crash(record: Record, faults: Sequence[str] = ()) -> Finding:
    """All rows are in, and nothing crashed on the way nor is said to have failed, though each of these faults was met.

    Codes: crashed, and those of arrives_and_says_so.
    """
    crash = next(filter(None, map(crash_of, record.processes)), None)
    if crash:
        return failed("crashed", crash)
    unmet = [fault for fault in faults if not record.with_fault(fault)]
    return not_shown(f"it never met {', '.join(unmet)}") if unmet else arrives_and_says_so(record)


@judge
def lost_loudly_or_not_at_all(record: Record) -> Finding:
    """All custom attributes are in, or the run ends with an error that names the attribute or the rows, and no crash.

    Codes: lost-silently, crashed, not-named.
    """
    finding = rows_arrive(record, fields=(shape(record).email, shape(record).attributes))
    if finding.code == "ok":
        return passed("every custom attribute is in")
    if record.last_process.exit_code == 0:
        return failed("lost-silently", f"exit code 0, but {finding.message}", rows=finding.evidence.rows)
    if crash := crash_of(record.last_process):
        return failed("crashed", crash)
    lost = finding.evidence.rows
    if _attribute_named(record) or (lost and reported(record, lost) == set(lost)):
        return passed("what was lost is named, and the exit code says so")
    return failed("not-named", f"no attribute and not every row is named, but {finding.message}", rows=lost)


@judge
def exit_code_is_honest(record: Record) -> Finding:
    """Exit code 0 if and only if every row is in the store with its fields. Codes: exit-0, false-alarm."""
    finding = rows_arrive(record)
    code = record.last_process.exit_code
    if finding.code != "ok" and code == 0:
        return failed("exit-0", f"exit code 0, but {finding.message}", rows=finding.evidence.rows)
    if finding.code == "ok" and code != 0:
        return failed("false-alarm", f"exit code {code}, but {finding.message}")
    return passed("the exit code agrees with the store")


@judge
def says_what_is_so(record: Record) -> Finding:
    """The exit code agrees with the store, and nobody is said to have failed who is stored as the source says.

    What is said is read where no fault was planned: there, a row that is in has met no failure on its way.
    Codes: exit-0, false-alarm.
    """
    finding = exit_code_is_honest(record)
    if finding.code != "ok" or record.header.faults.get("faults"):
        return finding
    alarms = _false_alarms(record)
    if alarms:
        index, said = alarms[0]
        more = f" (and of {len(alarms) - 1} more)" if len(alarms) > 1 else ""
        what = f"{said!r} is said of row {index + 1}, which is stored as the source says{more}"
        return failed("false-alarm", f"{what}; name as failed only who is not in", rows=[index for index, _ in alarms])
    return passed("the exit code agrees with the store, and so does what is said of each row")


@judge
def loss_noticed(record: Record) -> Finding:
    """People that vanished after they were imported are noticed: each is reported, and the exit code says so.

    Codes: exit-0, not-named.
    """
    gone = [index for index, row in wanted(record) if not matches(record, row)]
    if record.last_process.exit_code == 0:
        return failed("exit-0", f"{len(gone)} imported people are gone, and the exit code was 0", rows=gone)
    silent = sorted(set(gone) - reported(record, gone))
    if silent:
        said = f"{len(silent)} of {len(gone)} imported people that are gone are not named"
        return failed("not-named", said, rows=silent)
    return passed(f"the loss of {len(gone)} people was reported")


@judge
def second_run_changes_nothing(record: Record) -> Finding:
    """After the second run the store is what it was after the first, and it exits 0.

    Codes: changed, added, false-alarm.
    """
    before = {one["id"]: _steady(one) for one in people(record, "between", active=False)}
    after = {one["id"]: _steady(one) for one in people(record, "after", active=False)}
    added = sorted(after.keys() - before.keys())
    if added:
        return failed("added", f"the second run made {len(added)} more people, first {added[0]}")
    changed = [id for id, person in before.items() if after.get(id) != person]
    if changed:
        return failed("changed", f"the second run changed {len(changed)} people, first {changed[0]}")
    if code := record.last_process.exit_code:
        return failed("false-alarm", f"the second run changed nothing, and its exit code was {code}")
    return passed(f"all {len(before)} people are as the first run left them")


@judge
def empty_source_is_no_work(record: Record) -> Finding:
    """With an empty source: nothing written, exit code 0. Codes: wrote, exit-not-0."""
    process = record.process("then")
    if process is not None and (writes := record.writes(process)):
        return failed("wrote", "an empty source led to writes", writes)
    if process is None or process.exit_code != 0:
        return failed("exit-not-0", f"an empty source ended with exit code {process.exit_code if process else None}")
    return passed("an empty source led to no writes and exit code 0")


@judge
def broken_source_is_refused(record: Record) -> Finding:
    """With a source that nobody can read: nothing written, an error exit, words and no crash.

    Codes: wrote, exit-0, not-said, crashed.
    """
    process = record.process("then")
    if process is None or process.exit_code == 0:
        return failed("exit-0", "a broken source ended with exit code 0")
    if writes := record.writes(process):
        return failed("wrote", "a broken source led to writes", writes)
    said = process.stdout + process.stderr
    if crash := crash_of(process):
        return failed("crashed", crash)
    if not said.strip():
        return failed("not-said", "a broken source ended without a word")
    return passed("a broken source was refused with words before any write")


def _false_alarms(record: Record) -> list[tuple[int, str]]:
    """Rows that are in as they should be and are said, each by itself, to have failed; with what is said."""
    rows = [index for index, _ in wanted(record)]
    good = {index for index, row in wanted(record) if _is_in(record, row)}
    alarms: dict[int, str] = {}
    for index, one in said_of_rows(record, rows):
        if index in good and tells([one.under, one.text], FAILED):
            alarms.setdefault(index, one.text.strip()[:200])
    return sorted(alarms.items())


def _is_in(record: Record, row: Row) -> bool:
    found = matches(record, row)
    return len(found) == 1 and not differences(record, row, found[0])


def crash_of(process: Process) -> str | None:
    """In words, if an exception that nobody caught ended the process. One that is logged before other words is none."""
    if process.exit_code == 0:
        return None
    mark = next((mark for mark in UNCAUGHT if mark in process.stdout + process.stderr), None)
    if mark is None and not _ends_in_traceback(process.stderr):
        return None
    return f"exit code {process.exit_code}, and the output holds {(mark or PYTHON).strip()!r}"


def _ends_in_traceback(text: str) -> bool:
    """Whether a Python traceback is the last thing said: after its frames comes the exception, and nothing more."""
    _, mark, tail = text.rpartition(PYTHON)
    said = [line for line in tail.splitlines()[1:] if line.strip() and not line[0].isspace()]
    return bool(mark) and len(said) <= 1


def _attribute_named(record: Record) -> bool:
    """Whether something is said of an attribute whose definition failed that is said of none that was defined."""
    calls = record.operation("data_attributes.create")
    defined = {(one.request.json() or {}).get("name"): one.status == 200 for one in calls}
    names = sorted((str(name) for name in defined), key=lambda name: defined[name])
    failures = sum(not done for done in defined.values())
    return bool(told_apart([Subject((name,)) for name in names], range(failures), record.texts()))


def _steady(person: Row) -> dict[str, Any]:
    return {key: value for key, value in person.items() if key not in VOLATILE}
