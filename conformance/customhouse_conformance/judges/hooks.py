"""Webhooks that come to an importer: taken whenever they come, refused when they are not the provider's."""

from collections.abc import Sequence

from customhouse_conformance.facts import Exchange
from customhouse_conformance.findings import Finding, failed, not_shown, passed
from customhouse_conformance.imports import is_kept_waiting, webhooks
from customhouse_conformance.judges.honesty import arrives_and_says_so
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge

SERVER_ERROR = 500


@judge
def webhooks_are_welcome(record: Record) -> Finding:
    """Every webhook gets a 2xx while the importer runs, and the import comes out as it should.

    Codes: refused, unanswered, and those of arrives_and_says_so.
    """
    for one in _heard(record):
        if one.status is None:
            said = f"exchange {one.n}: the webhook got no answer ({one.why})"
            return failed("unanswered", f"{said}; listen before the first request is sent", [one])
        if not 200 <= one.status < 300:
            advice = "keep what you do not know yet, and match it afterwards"
            return failed("refused", f"exchange {one.n}: the webhook was answered {one.status}; {advice}", [one])
    return _too_slow(record) or arrives_and_says_so(record)


@judge
def forgeries_are_refused(record: Record, bad: Sequence[str], good: Sequence[str]) -> Finding:
    """What is not signed rightly (faults `bad`, and none of `good`) gets a 4xx, all others a 2xx, nothing a 5xx.

    Codes: took-a-forgery, crashed, unanswered, refused, and those of arrives_and_says_so.
    """
    for one in _heard(record):
        spoilt = [] if set(good) & set(one.faults) else [fault for fault in one.faults if fault in bad]
        what = f"exchange {one.n}: a webhook ({', '.join(spoilt) or 'signed rightly'})"
        if one.status is None:
            return failed("unanswered", f"{what} got no answer ({one.why})", [one])
        if one.status >= SERVER_ERROR:
            said = f"{what} was answered {one.status}"
            return failed("crashed", f"{said}; refuse every kind of bad signature, also one that cannot be read", [one])
        if spoilt and one.status < 300:
            return failed(
                "took-a-forgery", f"{what} was answered {one.status}; verify the signature over the raw body", [one]
            )
        if not spoilt and one.status >= 300:
            said = f"{what} was answered {one.status}"
            return failed("refused", f"{said}; one good signature among several is enough", [one])
    return _too_slow(record) or arrives_and_says_so(record)


@judge
def webhooks_are_answered_first(record: Record, at_most_ms: float) -> Finding:
    """A webhook is answered before what has to be done for it is done. Codes: slow, unanswered."""
    for one in webhooks(record):
        if one.status is None and one.took_ms < at_most_ms:
            return failed("unanswered", f"exchange {one.n}: the webhook got no answer ({one.why})", [one])
        if one.took_ms > at_most_ms:
            how = "was still without an answer" if one.status is None else "was answered"
            said = f"exchange {one.n}: the webhook {how} after {one.took_ms:.0f} ms"
            return failed("slow", f"{said}; answer first and work afterwards, or it is sent again meanwhile", [one])
    if refused := [one for one in webhooks(record) if one.status is not None and one.status >= 300]:
        return not_shown(f"exchange {refused[0].n}: the webhook was answered {refused[0].status}: no work came of it")
    slowest = max((one.took_ms for one in webhooks(record)), default=0.0)
    return passed(f"the slowest webhook was answered after {slowest:.0f} ms", webhooks(record))


def _heard(record: Record) -> list[Exchange]:
    """The webhooks without those whose answer did not come in time: how late it may be is another requirement's."""
    return [one for one in webhooks(record) if not is_kept_waiting(one)]


def _too_slow(record: Record) -> Finding | None:
    """Why nothing can be said, if a webhook was heard and its answer never came."""
    late = [one for one in webhooks(record) if is_kept_waiting(one)]
    if not late:
        return None
    said = f"exchange {late[0].n}: the webhook was still without an answer after {late[0].took_ms:.0f} ms"
    return not_shown(f"{said}, so what the answer would have been is not known; answer first and work afterwards")
