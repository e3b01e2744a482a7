"""What an app says of an import, held against what the fake counted."""

from customhouse_conformance.findings import Finding, failed, passed, unclaim
from customhouse_conformance.pages import WEBHOOK, says, sessions, visits
from customhouse_conformance.record import Record
from customhouse_conformance.registry import judge

COUNTED = ("created", "updated", "skipped", "failed")


@judge
def webhooks_are_taken(record: Record) -> Finding:
    """Every webhook gets a 2xx: twice, out of order, or about a session that nobody knows. What failed is named.

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
    for session in sessions(record):
        for failure in session.line.get("failures", ()):
            if not says(record, str(failure["external_id"])):
                said = f"inTandem did not take {failure['external_id']} ({failure['reason']}), which is named nowhere"
                return failed("not-named", said)
    return passed(f"{len(record.operation(WEBHOOK))} webhooks were taken")


@judge
def counts_agree(record: Record) -> Finding:
    """What the app reports are the fake's counts, if not zero, each as a number of its own. Code: wrong-count."""
    deaf = "" if record.operation(WEBHOOK) else f". It did not subscribe bulk_import/done; {_way_out(record)}"
    for session in sessions(record):
        for name in COUNTED:
            count = int(session.line[name])
            if count and not says(record, str(count)):
                said = ", ".join(f"{session.line[one]} {one}" for one in COUNTED)
                return failed("wrong-count", f"inTandem counted {said}; the app does not say {count}{deaf}")
    return passed("the app reports what inTandem counted")


def _way_out(record: Record) -> str:
    return unclaim("webhooks", record.header.capabilities)
