"""How the importer behaves on the wire: what it sends, how often, and when it stops."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Finding, cannot_tell, failed, not_shown, passed
from customhouse_conformance.imports import share_people
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.store import matches, unnamed, wanted
from customhouse_fakes.core.redaction import REDACTED

#: An answer takes a while to be read and understood, and calls of other workers are on their way. What begins later
#: than this after an answer was begun in spite of it.
UNDER_WAY_S = 0.1
#: What may lie between an answer's time here and the importer's own clock.
CLOCKS_APART_S = 0.05
#: How it may be said that a credential will not do.
TROUBLE = re.compile(
    r"(?<!\d)40[13](?!\d)|unauthori|forbidden|invalid|a valid|refus|reject|revok|expir|den[iy]|wrong|fail|error|stop"
    r"|abort|renew|missing|problem|unable|incorrect|unknown|disabl|inactiv|deactiv|block|suspend|requir"
    r"|\b(?:not|no|cannot|bad|check)\b|n't",
    re.IGNORECASE,
)


@judge
def credential_on_every_call(record: Record) -> Finding:
    """No call without the credential, none with another. Codes: no-credential, wrong-credential."""
    strays = [stray for stray in record.strays if stray.where == "api"]
    if not strays:
        return passed(f"all {len(record.requests)} calls carried the credential")
    first = strays[0]
    code = "no-credential" if first.auth == "missing" else "wrong-credential"
    return failed(code, f"{len(strays)} calls without the right credential, first {first.method} {first.path}")


@judge
def version_on_every_call(record: Record, header: str, never: Sequence[str]) -> Finding:
    """Every call bears a header (lower-case name), and no value that begins like one of `never`.

    Codes: header-missing, old-version.
    """
    without = [one for one in record.requests if not one.request.headers.get(header)]
    if without:
        return failed(
            "header-missing", f"{len(without)} calls without {header}, first exchange {without[0].n}", without
        )
    old = [one for one in record.requests if one.request.headers[header].startswith(tuple(never))]
    if old:
        return failed("old-version", f"{len(old)} calls with {header} {old[0].request.headers[header]}", old)
    return passed(f"all {len(record.requests)} calls bear {header}")


@judge
def stops_after(record: Record, fault: str, at_most: int, words: Sequence[str]) -> Finding:
    """At most so many calls are begun when the fault's first answer is there; it says why, and exits with an error.

    Why is said by a line with one of the words that tells of trouble: "token read" is said on a good day too.
    Codes: kept-calling, exit-0, not-said.
    """
    struck = record.with_fault(fault)
    later = record.begun_after(struck[0], UNDER_WAY_S)
    if len(later) > at_most:
        return failed("kept-calling", f"{len(later)} calls begun after the first {struck[0].status}", later[:20])
    if record.last_process.exit_code == 0:
        return failed("exit-0", f"ended with exit code 0 after a {struck[0].status}", struck[:1])
    if not _complains(unnamed(record), words):
        looked_for = f"looked for {', '.join(words)}, and that it was refused"
        return failed("not-said", f"nothing in the output says why ({looked_for})", struck[:1])
    return passed(f"{len(later)} calls begun after the first {struck[0].status}; it stopped and said why")


@judge
def calls_at_most(record: Record, operation: str, at_most: int, per: str = "name") -> Finding:
    """For each value of a body field at most so many calls of an operation. Code: called-again."""
    counts = Counter(str((one.request.json() or {}).get(per)) for one in record.operation(operation))
    for value, count in counts.items():
        if count > at_most:
            return failed(
                "called-again", f"{operation} was called {count} times for {value!r}", record.operation(operation)
            )
    return passed(f"{operation} was called at most {at_most} time(s) for each {per}")


def tries_at_most(record: Record, faults: Sequence[str], at_most: int) -> Finding:
    """A call that keeps failing is tried a bounded number of times. Code: too-many-tries."""
    for fault in faults:
        tries = record.with_fault(fault)
        if len(tries) > at_most:
            return failed(
                "too-many-tries", f"{len(tries)} calls met fault {fault}, at most {at_most} make sense", tries
            )
    return passed(f"no fault was met more than {at_most} times")


@judge
def refusals_are_not_repeated(record: Record, operation: str, statuses: Sequence[int]) -> Finding:
    """No request of an operation that was refused for good is sent again, byte for byte. Code: repeated."""
    refused: dict[tuple[str, str], Exchange] = {}
    for one in record.operation(operation):
        if (before := refused.get((one.path, one.request.body))) is not None:
            said = f"exchange {one.n} is exchange {before.n} again, which was refused with {before.status}"
            return failed("repeated", f"{said}; a {before.status} stays one until the request changes", [before, one])
        if one.status in statuses:
            refused[one.path, one.request.body] = one
    return passed(f"none of {len(refused)} refused requests was sent again")


@judge
def waits_as_told(record: Record, faults: Sequence[str]) -> Finding:
    """A call refused with a Retry-After is not sent again before that, nor are its people, and every row comes in.

    Codes: too-early, lost-rows.
    """
    for one in (struck for fault in faults for struck in record.with_fault(fault)):
        headers = {name.casefold(): value for name, value in one.response.headers.items()}
        seconds = float(headers["retry-after"])
        again = [later for later in record.begun_after(one) if _same(later, one) or share_people(record, later, one)]
        if again and again[0].at < one.at + seconds - CLOCKS_APART_S:
            waited = again[0].at - one.at
            said = f"exchange {one.n} was to be sent again after {seconds:g} s and came after {waited:.2f} s"
            return failed("too-early", f"{said}; let Retry-After outweigh your own backoff", [one, again[0]])
    lost = [index for index, row in wanted(record) if not matches(record, row)]
    if lost:
        return failed(
            "lost-rows", f"{len(lost)} rows are not in, first row {lost[0] + 1}; wait and send again", rows=lost
        )
    return passed("every refused call waited as long as it was told")


@judge
def waits_out_the_window(record: Record, allowance: int) -> Finding:
    """A refused call is not sent again before the reset that its 429 named, and hardly any other is begun before it.

    Judged against the window that was served, not against a clock of ours. Who lost rows has not shown that it waits.
    Code: hammered.
    """
    refused = [one for one in record.requests if one.status == 429]
    for one in refused:
        again = [
            later for later in _within(record.begun_after(one), _window(one)) if _same(later, one) and _early(later)
        ]
        if again:
            return failed("hammered", "a refused call was sent again before the reset that its 429 named", again[:20])
    begun = [_within(record.begun_after(one, UNDER_WAY_S), _window(one)) for one in refused]
    worst = max(begun, key=len, default=[])
    if len(worst) > allowance:
        return failed("hammered", f"{len(worst)} calls begun between a 429 and the reset that it named", worst[:20])
    if not _all_in(record):
        return not_shown("not every row is in: it may have given up rather than waited")
    others = f"at most {len(worst)} other{'' if len(worst) == 1 else 's'}" if worst else "no other call"
    return passed(f"no refused call was sent again before its reset, and {others}")


@judge
def refused_at_most(record: Record, percent: float) -> Finding:
    """At most so many per cent of the calls are refused for the rate (one is always forgiven). Code: unpaced."""
    refused = [one for one in record.requests if one.status == 429]
    share = 100 * len(refused) / max(1, len(record.requests))
    if len(refused) > 1 and share > percent:
        return failed("unpaced", f"{len(refused)} of {len(record.requests)} calls refused, {share:.1f} %", refused[:20])
    if not _all_in(record):
        return not_shown("not every row is in: it may have given up rather than kept pace")
    return passed(f"{len(refused)} of {len(record.requests)} calls refused")


@judge
def no_token_at_the_trap(record: Record) -> Finding:
    """The credential is not carried to another origin. Code: token-carried."""
    carried = [stray for stray in record.strays if stray.where == "trap" and stray.carried_token]
    if carried:
        return failed("token-carried", f"{carried[0].method} {carried[0].path} at another origin carried the token")
    return passed("the token stayed at its origin")


@judge
def no_secret_in_output(record: Record) -> Finding:
    """The token is in no output, in no file and in no address. Codes: token-leaked, token-in-url, not-all-read."""
    leaks = [f"{leak.what} in {leak.where}" for process in record.processes for leak in process.secrets]
    if leaks:
        return failed("token-leaked", leaks[0])
    told = [one for one in record.requests if REDACTED in f"{one.path}?{one.query}"]
    if told:
        return failed("token-in-url", f"{len(told)} calls with the token in their address", told[:20])
    if unread := [where for process in record.processes for where in process.unread]:
        return cannot_tell("not-all-read", f"cannot tell: {', '.join(unread[:3])} could not be read to the end")
    return passed("the token is in no output, no file and no address")


def _complains(text: str, words: Sequence[str]) -> bool:
    named = re.compile("|".join(rf"(?<!\d){re.escape(word)}(?!\d)" for word in words), re.IGNORECASE)
    return any(named.search(line) and TROUBLE.search(line) for line in text.splitlines())


def _all_in(record: Record) -> bool:
    return all(matches(record, row) for _, row in wanted(record))


def _within(exchanges: Sequence[Exchange], window: int) -> list[Exchange]:
    return [one for one in exchanges if _window(one) == window]


def _early(exchange: Exchange) -> bool:
    """Whether it came before its window's end by more than timers are off."""
    return exchange.at < float((exchange.limit or {}).get("reset", math.inf)) - CLOCKS_APART_S


def _same(one: Exchange, other: Exchange) -> bool:
    return (one.method, one.path, one.query, one.request.body) == (
        other.method,
        other.path,
        other.query,
        other.request.body,
    )


def _window(exchange: Exchange) -> int:
    return int((exchange.limit or {}).get("window", -1))
