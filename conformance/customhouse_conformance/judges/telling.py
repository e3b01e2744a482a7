"""What an app says of an import, held against what the fake counted."""

from collections.abc import Mapping, Sequence

from customhouse_conformance.findings import Finding, failed, passed, unclaim
from customhouse_conformance.pages import WEBHOOK, name_of, sessions, visits
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge
from customhouse_conformance.spoken import counted
from customhouse_conformance.store import reported


@judge
def webhooks_are_taken(record: Record) -> Finding:
    """Every webhook gets a 2xx: twice, out of order, or about a session that nobody knows. What failed is named, and
    not as what was taken is.

    Codes: refused, not-named.
    """
    for one in record.operation(WEBHOOK):
        if one.status is None or not 200 <= one.status < 300:
            said = one.why or f"status {one.status}"
            return failed("refused", f"a webhook was answered with {said}", [one])
    for visit in visits(record, "webhook"):
        if visit.status is None or not 200 <= visit.status < 300:
            said = visit.why or f"status {visit.status}"
            return failed("refused", f"a webhook about an unknown session was answered with {said}")
    lines = [line for session in sessions(record) for line in session.line.get("failures", ())]
    reasons = {str(line["external_id"]): line["reason"] for line in lines}
    suspects = [index for index, row in enumerate(record.rows) if name_of(row) in reasons]
    if silent := sorted(set(suspects) - reported(record, suspects)):
        name = name_of(record.rows[silent[0]])
        said = f"inTandem did not take {name} ({reasons[name]}), and nothing that is said tells it from those it took"
        return failed("not-named", said, rows=silent)
    return passed(f"{len(record.operation(WEBHOOK))} webhooks were taken")


@judge
def counts_agree(record: Record, words: Mapping[str, Sequence[str]]) -> Finding:
    """What the app reports are the fake's counts, if not zero, each as a number of its own beside a word for it.

    `words` by outcome, as the export calls them. Code: wrong-count.
    """
    deaf = "" if record.operation(WEBHOOK) else f". It did not subscribe bulk_import/done; {_way_out(record)}"
    for session in sessions(record):
        for outcome, telling in words.items():
            count = int(session.line[outcome])
            if count and not counted(record, count, telling):
                said = ", ".join(f"{session.line[one]} {one}" for one in words)
                return failed("wrong-count", f"inTandem counted {said}; the app does not say {count} {outcome}{deaf}")
    return passed("the app reports what inTandem counted")


def _way_out(record: Record) -> str:
    return unclaim("webhooks", record.header.capabilities)
