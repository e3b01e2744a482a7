"""Stimuli that the fake served: faults, refusals, limits. Without them a requirement was not exercised."""

from collections.abc import Sequence

from customhouse_conformance.findings import Evidence, Unseen, evidence
from customhouse_conformance.record import Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import matches, people, shape


@witness
def fault_served(record: Record, faults: Sequence[str], times: int = 1) -> Evidence | Unseen:
    """Each of these faults struck at least so many calls."""
    struck = {fault: record.with_fault(fault) for fault in faults}
    for fault, calls in struck.items():
        if len(calls) < times:
            said = f"at least {times} calls were to be struck" if times > 1 else "a call was to be struck"
            return Unseen(f"{said} by the planned fault '{fault}', {len(calls) or 'none'} came by")
    return evidence([one for calls in struck.values() for one in calls[:5]])


@witness
def refused_by(record: Record, rules: Sequence[str]) -> Evidence | None:
    """Each of these rules of the vendor refused a call."""
    found = {rule: [one for one in record.requests if one.refused_by == f"rule:{rule}"] for rule in rules}
    if not all(found.values()):
        return None
    return evidence([calls[0] for calls in found.values()])


@witness
def met_somebody(record: Record, rules: Sequence[str]) -> Evidence | None:
    """The importer met a contact of its rows that was there before: refused by a rule, or shown by a read."""
    met = [one for one in record.exchanges if one.refused_by in {f"rule:{rule}" for rule in rules}]
    there = {one["id"] for row in record.rows for one in matches(record, row, "before", active=False)}
    reads = [one for one in record.exchanges if one.operation and not one.is_write and one.status == 200]
    met += [one for one in reads if any(str(id) in one.response.body for id in there)]
    return evidence(met[:5]) if met else None


@witness
def lost_lead(record: Record, faults: Sequence[str]) -> Evidence | Unseen | None:
    """Leads were created, and each of these faults struck a call."""
    form = shape(record)
    leads = [one for one in people(record, active=False) if one.get(form.role) in form.anonymous]
    return fault_served(record, faults) if leads else None


@witness
def throttled(record: Record) -> Evidence | None:
    """A call was answered 429."""
    return evidence(refused[:5]) if (refused := [one for one in record.requests if one.status == 429]) else None


@witness
def limit_reached(record: Record) -> Evidence | None:
    """More calls were wanted than one window allows: some window was used to its last call."""
    full = [one for one in record.requests if one.limit and one.limit["remaining"] <= 1]
    return evidence(full[:5]) if full else None


@witness
def archived_by_the_workspace(record: Record) -> Evidence | None:
    """The workspace silently archived contacts that had been created."""
    gone = [one for one in people(record, active=False) if one.get("archived_by") == "workspace-limit"]
    return evidence(archived=len(gone)) if gone else None


@witness
def attribute_seen(record: Record) -> Evidence | None:
    """The importer met an attribute that was there before it: in the list, or by being refused."""
    met = [one for one in record.operation("data_attributes.list") if one.status == 200]
    met += [one for one in record.requests if one.refused_by == "rule:attribute.name_taken"]
    return evidence(met[:5]) if met else None
