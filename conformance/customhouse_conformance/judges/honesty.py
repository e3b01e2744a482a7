"""What the importer says against what is so: exit codes, reports, secrets, and the second run."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from customhouse_conformance.findings import Finding, failed, passed
from customhouse_conformance.judges.arrival import exactly_once, rows_arrive
from customhouse_conformance.judges.conduct import tries_at_most
from customhouse_conformance.record import Record, Row
from customhouse_conformance.registry import judge
from customhouse_conformance.store import is_named, matches, name_of, people, shape, wanted

#: Fields of an export line that change without anybody having changed the person.
VOLATILE = ("updated_at",)
#: How runtimes say that nobody caught an exception: Python, Node, Java, Go, Rust, C.
TRACEBACKS = (
    "Traceback (most recent call last)",
    "\nNode.js v",
    "Exception in thread ",
    "goroutine 1 [running]",
    "' panicked at ",
    "Segmentation fault",
)


@judge
def row_reported(record: Record, rows: Sequence[int] = ()) -> Finding:
    """Rows that could not be imported (by index) are named, the others are in, and the exit code says so.

    Codes: not-named, exit-0, and those of rows_arrive for the others.
    """
    for index in rows:
        row = record.rows[index]
        if not is_named(record, row, record.text()):
            return failed(
                "not-named", f"row {index + 1} ({name_of(record, row)}) is named nowhere in the output", rows=rows
            )
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
    """People that cannot be restored are reported after a few tries, and the rest arrives.

    Codes: too-many-tries, and those of row_reported.
    """
    tries = Counter(one.path for one in record.operation("contacts.unarchive"))
    for path, count in tries.items():
        if count > at_most:
            return failed(
                "too-many-tries", f"{path} was asked for {count} times", record.operation("contacts.unarchive")
            )
    return row_reported(record, rows)


@judge
def arrives_and_says_so(record: Record) -> Finding:
    """All rows are in and the exit code is 0. Codes: false-alarm, and those of exactly_once."""
    finding = exactly_once(record)
    if finding.code == "ok" and record.last_process.exit_code != 0:
        return failed("false-alarm", f"every row is in, and the exit code was {record.last_process.exit_code}")
    return finding


@judge
def arrives_without_crash(record: Record) -> Finding:
    """All rows are in, and nothing crashed on the way. Codes: crashed, and those of exactly_once."""
    crash = next((mark for mark in TRACEBACKS if mark in record.text()), None)
    if crash:
        return failed("crashed", f"the output holds {crash!r}")
    return exactly_once(record)


@judge
def lost_loudly_or_not_at_all(record: Record) -> Finding:
    """All custom attributes are in, or the run ends with an error and says something. Code: lost-silently."""
    finding = rows_arrive(record, fields=("custom_attributes",))
    if finding.code == "ok" or (record.last_process.exit_code != 0 and record.text().strip()):
        return passed("nothing was lost silently")
    return failed("lost-silently", f"exit code 0, but {finding.message}", rows=finding.evidence.rows)


@judge
def exit_code_is_honest(record: Record) -> Finding:
    """Exit code 0 only if every row is in the store with its fields. Code: exit-0."""
    finding = rows_arrive(record)
    if finding.code != "ok" and record.last_process.exit_code == 0:
        return failed("exit-0", f"exit code 0, but {finding.message}", rows=finding.evidence.rows)
    return passed("the exit code agrees with the store")


@judge
def loss_noticed(record: Record) -> Finding:
    """People that vanished after they were imported are noticed: a missing row is named, and the exit code says so.

    Codes: exit-0, not-named.
    """
    gone = [(index, row) for index, row in wanted(record) if not matches(record, row)]
    rows = [index for index, _ in gone]
    if record.last_process.exit_code == 0:
        return failed("exit-0", f"{len(gone)} imported people are gone, and the exit code was 0", rows=rows)
    if not any(is_named(record, row, record.text()) for _, row in gone):
        return failed("not-named", f"{len(gone)} imported people are gone, and none is named", rows=rows)
    return passed(f"the loss of {len(gone)} people was reported")


@judge
def second_run_changes_nothing(record: Record) -> Finding:
    """After the second run the store is what it was after the first. Codes: changed, added."""
    before = {one["id"]: _steady(one) for one in people(record, "between", active=False)}
    after = {one["id"]: _steady(one) for one in people(record, "after", active=False)}
    added = sorted(after.keys() - before.keys())
    if added:
        return failed("added", f"the second run made {len(added)} more people, first {added[0]}")
    changed = [id for id, person in before.items() if after.get(id) != person]
    if changed:
        return failed("changed", f"the second run changed {len(changed)} people, first {changed[0]}")
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
    crash = next((mark for mark in TRACEBACKS if mark in said), None)
    if crash:
        return failed("crashed", f"a broken source ended in {crash!r}")
    if not said.strip():
        return failed("not-said", "a broken source ended without a word")
    return passed("a broken source was refused with words before any write")


@judge
def no_secret_in_output(record: Record) -> Finding:
    """The token is in no output and in no file. Code: token-leaked."""
    leaks = [f"{leak.what} in {leak.where}" for process in record.processes for leak in process.secrets]
    if leaks:
        return failed("token-leaked", leaks[0])
    return passed("the token is in no output and no file")


def _steady(person: Row) -> dict[str, Any]:
    return {key: value for key, value in person.items() if key not in VOLATILE}
