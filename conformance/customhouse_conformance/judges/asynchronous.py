"""Accepted is not done: what an importer does between the answer to its request and the end of the import."""

from collections.abc import Sequence

from customhouse_conformance.facts import Process
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.imports import (
    ENDED,
    ERROR,
    SEARCH,
    accepted,
    all_ends_told,
    ends_told,
    failed_rows,
    import_lines,
    polls,
    sent_in,
    told_id,
)
from customhouse_conformance.judges.arrival import rows_arrive
from customhouse_conformance.judges.honesty import FAILED, arrives_and_says_so, crash_of, row_reported
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.spoken import parts, tells
from customhouse_conformance.store import matches, name_of, wanted

#: How an import that ended in ERROR is spoken of.
ERRORS = ("error", "errors", "errored")


@judge
def waits_for_the_end(record: Record) -> Finding:
    """Of every import that was accepted the importer got to know the end: by a poll, or by a webhook that it took.

    Code: not-awaited.
    """
    for post in accepted(record):
        id = told_id(post)
        if id is not None and not ends_told(record, id):
            said = f"exchange {post.n} began import {id}, and the run ended without knowing how that came out"
            return failed(
                "not-awaited", f"{said}; ask GET /imports/{id} until it has ended", [post, *polls(record, id)]
            )
    return passed(
        f"the ends of {len(accepted(record))} imports were awaited", [end.exchange for end in all_ends_told(record)]
    )


@judge
def error_is_told(record: Record) -> Finding:
    """A run whose import ended in ERROR fails and says why, unless its people are in after all; a second one that goes
    well does not. Codes: exit-0, not-said, and those of arrives_and_says_so for the second run.
    """
    broken = [str(one["importId"]) for one in import_lines(record, ERROR)]
    first = record.processes[0]
    missing = [index for index, row in wanted(record) if not matches(record, row, "between")]
    if first.exit_code == 0 and missing:
        said = f"import {broken[0]} ended in ERROR, {len(missing)} rows are not in, and the exit code was 0"
        advice = "202 means accepted only; take the import's status for the outcome"
        return failed("exit-0", f"{said}; {advice}", accepted(record), missing)
    seen = [end for end in all_ends_told(record) if end.status == ERROR]
    if not seen:
        return not_shown("it never asked how the import came out, so its exit code says nothing of that")
    if missing and not _error_said(first, broken):
        said = f"nothing in the output says that import {broken[0]} ended in ERROR"
        return failed("not-said", f"{said}; tell which import failed", [seen[0].exchange])
    return arrives_and_says_so(record)


@judge
def failed_records_are_told(record: Record) -> Finding:
    """People whom an import failed are reported, the rest is in, and the exit code says so.

    Codes: those of row_reported.
    """
    finding = row_reported(record, failed_rows(record))
    seen = [end for end in all_ends_told(record) if end.failed]
    if finding.code == "ok" and not seen:
        return not_shown("it never saw failedRecords, so that it names these rows says nothing")
    return finding


@judge
def not_sent_again(record: Record) -> Finding:
    """An import that cannot be seen yet is asked for again, and its people are not sent again. Codes: sent-again, and
    those of arrives_and_says_so."""
    for _, row in wanted(record):
        sent = sent_in(record, row)
        if len(sent) > 1:
            said = f"{name_of(record, row)} was accepted in exchange {sent[0].n} and sent again in {sent[1].n}"
            return failed("sent-again", f"{said}; an import may be 404 for a while, ask for it again", sent)
    return arrives_and_says_so(record)


@judge
def gives_up_in_time(record: Record, words: Sequence[str]) -> Finding:
    """An import that never ends makes the importer end by a deadline of its own, with an error and words.

    Codes: exit-0, not-said.
    """
    stuck = [str(one["importId"]) for one in import_lines(record) if one["status"] not in ENDED]
    if record.last_process.exit_code == 0:
        advice = "set a deadline, and take its passing for a failure"
        return failed("exit-0", f"import {stuck[0]} has not ended, and the exit code was 0; {advice}", accepted(record))
    asked = polls(record)
    if not asked:
        return not_shown("it never asked how the import came out, so its exit code says nothing of that")
    if not _tells(record, words):
        return failed(
            "not-said", f"nothing says that import {stuck[0]} did not end (looked for {', '.join(words)})", asked
        )
    return passed(f"gave up on an import that does not end after {len(asked)} questions", asked[-1:])


@judge
def copes_without_an_id(record: Record, words: Sequence[str]) -> Finding:
    """Without an importId nothing is asked for by that name, and nothing is taken for done that was not looked at.

    An outcome that was not looked up is told with one of the words. Codes: asked-for-nothing, crashed, taken-for-done,
    not-said, and those of rows_arrive.
    """
    begun = {told_id(post) for post in accepted(record)}
    odd = [one for one in record.requests if one.path.rstrip("/").endswith("/imports") or _asks(one.path, begun)]
    if odd:
        advice = "importId may be null: then there is nothing to ask for"
        return failed("asked-for-nothing", f"exchange {odd[0].n} asked for {odd[0].path}; {advice}", odd[:20])
    if crash := next(filter(None, map(crash_of, record.processes)), None):
        return failed("crashed", crash)
    last = max((post.n for post in accepted(record)), default=0)
    looked = [one for one in record.operation(SEARCH) if one.n > last and one.status == 200]
    if record.last_process.exit_code == 0 and not looked:
        advice = "look the people up, or say that the outcome is not known and end with an error"
        return failed("taken-for-done", f"nobody knows how the import came out, and the exit code was 0; {advice}")
    if record.last_process.exit_code == 0:
        return rows_arrive(record, ("email",))
    if not _tells(record, words):
        return failed("not-said", f"nothing says that the outcome is not known (looked for {', '.join(words)})")
    return passed("without an importId the outcome was looked up, or told as unknown", looked)


@judge
def polls_politely(record: Record, at_most: int) -> Finding:
    """Of one import the status is asked for at most so many times while it runs. Code: hammered."""
    for post in accepted(record):
        asked = polls(record, told_id(post) or "-")
        if len(asked) > at_most:
            spent = asked[-1].at - asked[0].at
            said = f"{len(asked)} calls in {spent:.1f} s for one import, at most {at_most} make sense"
            return failed("hammered", f"{said}; wait longer from call to call", asked[:20])
    if not all_ends_told(record):
        return not_shown("it never saw the end of an import, so that it asked seldom says nothing")
    return passed(f"{len(polls(record))} calls for {len(accepted(record))} imports")


def _error_said(process: Process, broken: Sequence[str]) -> bool:
    """By that word, or of the import that ended so; an id alone is said when it is accepted, too."""
    texts = [process.stdout, process.stderr, *process.files.values()]
    lines = [line for text in texts for line in (*text.splitlines(), *parts(text))]
    return tells(texts, ERRORS) or tells([line for line in lines if any(id in line for id in broken)], FAILED)


def _tells(record: Record, words: Sequence[str]) -> bool:
    return tells((text for _, text in record.texts()), words)


def _asks(path: str, ids: set[str | None]) -> bool:
    folder, _, id = path.rpartition("/")
    return folder.endswith("/imports") and id not in ids
