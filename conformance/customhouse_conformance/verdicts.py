"""From findings to verdicts and exit codes: the rules that hold for every requirement.

In this order, for one requirement and one record:

1. harness trouble (no record, evicted journal) → ERROR: we cannot tell
2. the importer did not start → UNTESTABLE
3. no witness → NOT EXERCISED
4. the judge; if it raises → ERROR
5. a run that a ceiling had to end: a PASS, or rows or words that are missing → FAIL `never-ended`

Over the scenarios of a requirement the worst finding wins; the level decides what a FAIL is called.
"""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from customhouse_conformance.endings import last_words
from customhouse_conformance.facts import Process
from customhouse_conformance.findings import Finding, Unseen, Verdict, failed, unclaim
from customhouse_conformance.record import Record
from customhouse_conformance.register import Cell, Requirement
from customhouse_conformance.registry import Vocabulary

#: Worst first. A scenario that does not apply counts only when none of them does.
ORDER = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.UNTESTABLE,
    Verdict.NOT_EXERCISED,
    Verdict.WARN,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)

#: Shells and exec wrappers say with these codes that there was no program to run.
CANNOT_EXECUTE = (126, 127)

#: Reasons that may lie in the stop alone: what is missing of a run that had to be stopped.
MIGHT_HAVE_COME = ("lost-rows", "not-said", "not-named")

LESS_ON_DISK = "it may write 256 MB, its output included, and 50,000 files, in folders at most 100 deep"


@dataclass(frozen=True, slots=True)
class NoRecord:
    """Stands where a record should be: the harness failed, and says how; or, by its verdict, nobody did."""

    code: str
    message: str
    verdict: Verdict = Verdict.ERROR


def judge_record(requirement: Requirement, record: Record | NoRecord, words: Vocabulary) -> Finding:
    """One requirement, one scenario."""
    if isinstance(record, NoRecord):
        return Finding(record.verdict, record.code, record.message)
    if not record.served.journal_complete:
        return Finding(Verdict.ERROR, "journal-evicted", "cannot tell: the journal lost its oldest exchanges")
    if record.served.diagnostics:
        return Finding(Verdict.ERROR, "fake-failed", f"the fake itself failed: {record.served.diagnostics[0]}")
    unstarted = why_not_started(record)
    if unstarted:
        return Finding(Verdict.UNTESTABLE, "not-started", unstarted)
    try:
        return _witnessed(requirement, record, words)
    except Exception as error:  # a judge's own fault costs one verdict, never the suite
        where = f"{requirement.judge.name}/{requirement.witness.name}"
        return Finding(Verdict.ERROR, "judge-raised", f"{where} raised {type(error).__name__}: {error}")


def _witnessed(requirement: Requirement, record: Record, words: Vocabulary) -> Finding:
    witness, judge = requirement.witness, requirement.judge
    seen = words.witnesses.get(witness.name)(record, **witness.params)
    if seen is None:
        seen = Unseen(f"never seen: {_in_words(witness, words)}")
    if isinstance(seen, Unseen):
        return _unseen(requirement, record, seen)
    finding = words.judges.get(judge.name)(record, **judge.params)
    return _stopped(finding, record, stopped) if (stopped := record.ended_by_ceiling) else finding


def _unseen(requirement: Requirement, record: Record, seen: Unseen) -> Finding:
    if not seen.applies:
        return Finding(Verdict.NOT_APPLICABLE, "nothing-to-show", seen.why)
    return Finding(Verdict.NOT_EXERCISED, "no-witness", seen.why + _way_out(requirement.capability, record))


def _way_out(capability: str | None, record: Record) -> str:
    """What to write in the manifest if the importer is not meant to do this at all."""
    return f"; {unclaim(capability, record.header.capabilities)}" if capability else ""


def _stopped(finding: Finding, record: Record, process: Process) -> Finding:
    """What is missing when a run had to be stopped might have come; any other fault stands, and the stop is told."""
    ways = {"time-ceiling": _more_time(record), "disk-ceiling": LESS_ON_DISK}
    advice = f"; {ways[process.ended_by]}" if process.ended_by in ways else ""
    kind = process.ended_by.replace("-", " ")
    stop = f"the {process.label} run was stopped after {process.duration_s:.0f} s by the {kind}{advice}"
    if finding.verdict is Verdict.PASS or finding.code in MIGHT_HAVE_COME:
        return failed("never-ended", stop)
    return replace(finding, message=f"{finding.message} ({stop})")


def _more_time(record: Record) -> str:
    """What helps who was stopped: more time, but not if it may be waiting for what never comes."""
    waits = "webhooks" in (record.header.capabilities or ()) and record.header.told.get("webhooks") is False
    advice = "timeout_s in the manifest gives it more"
    return f"this scenario sends no webhook, so ask as well; if it is merely slow, {advice}" if waits else advice


def _in_words(cell: Cell, words: Vocabulary) -> str:
    """The first sentence of a witness's docstring, and its parameters."""
    said = (inspect.getdoc(words.witnesses.get(cell.name)) or cell.name.replace("_", " ")).split("\n\n")[0]
    params = "; ".join(f"{name}: {_listed(value)}" for name, value in cell.params.items())
    return said.replace("\n", " ").rstrip(".") + (f" ({params})" if params else "")


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def why_not_started(record: Record) -> str | None:
    """In words, if no process of the run ever became an importer."""
    reasons = [_why_not_started(process) for process in record.processes]
    return reasons[0] if reasons and all(reasons) else None


def _why_not_started(process: Process) -> str | None:
    if process.start_error:
        return process.start_error
    if process.exit_code in CANNOT_EXECUTE and process.first_exchange is None:
        return f"the command ended with exit code {process.exit_code} before any request, {last_words(process)}"
    return None


def combine(level: str, findings: Sequence[Finding]) -> Verdict:
    """The verdict over all scenarios of a requirement."""
    worst = min((finding.verdict for finding in findings), key=ORDER.index, default=Verdict.NOT_EXERCISED)
    return Verdict.WARN if worst is Verdict.FAIL and level != "MUST" else worst


def applies(requirement: Requirement, capabilities: Sequence[str] | None) -> bool:
    """Whether the importer claims the capability that the requirement is about (no list: it claims all)."""
    return requirement.capability is None or capabilities is None or requirement.capability in capabilities


def exit_code(verdicts: Iterable[tuple[str, Verdict]]) -> int:
    """The exit code of a run out of (level, verdict) pairs (design.md, *Exit codes*).

    4 harness fault, before 1 not conformant, before 3 could not judge, before 0. WARN alone is 0.
    A SHOULD or MAY that was not exercised does not turn a run red, just as breaking it would not;
    a run in which nothing at all was judged is 3.
    """
    pairs = list(verdicts)
    found = {verdict for _, verdict in pairs}
    if Verdict.ERROR in found:
        return 4
    if Verdict.FAIL in found:
        return 1
    if Verdict.UNTESTABLE in found or ("MUST", Verdict.NOT_EXERCISED) in pairs:
        return 3
    return 0 if found & {Verdict.PASS, Verdict.WARN} else 3
