"""How the importer behaves on the wire: what it sends, how often, and when it stops."""

from collections import Counter
from collections.abc import Sequence

from customhouse_conformance.findings import Finding, failed, passed
from customhouse_conformance.record import Exchange, Record
from customhouse_conformance.registry import judge


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
def header_on_every_call(record: Record, header: str) -> Finding:
    """Every call bears a header (lower-case name). Code: header-missing."""
    without = [one for one in record.requests if not one.request.headers.get(header)]
    if without:
        return failed(
            "header-missing", f"{len(without)} calls without {header}, first exchange {without[0].n}", without
        )
    return passed(f"all {len(record.requests)} calls bear {header}")


@judge
def stops_after(record: Record, fault: str, at_most: int, words: Sequence[str]) -> Finding:
    """After the fault's first answer at most so many further calls; it says why, and exits with an error.

    Codes: kept-calling, exit-0, not-said.
    """
    struck = record.with_fault(fault)
    later = [one for one in record.requests if one.n > struck[0].n]
    if len(later) > at_most:
        return failed("kept-calling", f"{len(later)} calls after the first {struck[0].status}", later[:20])
    if record.last_process.exit_code == 0:
        return failed("exit-0", f"ended with exit code 0 after a {struck[0].status}", struck[:1])
    text = record.text().casefold()
    if not any(word.casefold() in text for word in words):
        return failed("not-said", f"nothing in the output says why (looked for {', '.join(words)})", struck[:1])
    return passed(f"{len(later)} calls after the first {struck[0].status}, then it stopped and said why")


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


@judge
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
def not_repeated(record: Record, faults: Sequence[str]) -> Finding:
    """A refusal that will not change is not asked for again. Code: repeated."""
    for fault in faults:
        tries = record.with_fault(fault)
        if len(tries) > 1:
            return failed("repeated", f"the call that got {tries[0].status} was sent {len(tries)} times", tries)
    return passed("no refused call was sent again")


@judge
def waits_out_the_window(record: Record, allowance: int) -> Finding:
    """After a 429 at most `allowance` further calls (those already under way) before the window ends.

    Judged against the reset that was served, not against a clock of ours. Code: hammered.
    """
    worst: list[Exchange] = []
    for window in {_window(one) for one in record.requests if one.status == 429}:
        calls = [one for one in record.requests if _window(one) == window]
        first = next(index for index, one in enumerate(calls) if one.status == 429)
        worst = max(worst, calls[first + 1 :], key=len)
    if len(worst) > allowance:
        return failed("hammered", f"{len(worst)} calls between a 429 and the reset that it named", worst[:20])
    return passed(f"at most {len(worst)} calls between a 429 and its reset")


@judge
def refused_at_most(record: Record, percent: float) -> Finding:
    """At most so many per cent of the calls are refused for the rate (one is always forgiven). Code: unpaced."""
    refused = [one for one in record.requests if one.status == 429]
    share = 100 * len(refused) / max(1, len(record.requests))
    if len(refused) > 1 and share > percent:
        return failed("unpaced", f"{len(refused)} of {len(record.requests)} calls refused, {share:.1f} %", refused[:20])
    return passed(f"{len(refused)} of {len(record.requests)} calls refused")


@judge
def no_token_at_the_trap(record: Record) -> Finding:
    """The credential is not carried to another origin. Code: token-carried."""
    carried = [stray for stray in record.strays if stray.where == "trap" and stray.carried_token]
    if carried:
        return failed("token-carried", f"{carried[0].method} {carried[0].path} at another origin carried the token")
    return passed("the token stayed at its origin")


def _window(exchange: Exchange) -> int:
    return int((exchange.limit or {}).get("window", -1))
