"""Stimuli that the fake served: faults, refusals, limits. Without them a requirement was not exercised."""

from collections.abc import Sequence

from customhouse_conformance.findings import Evidence, evidence
from customhouse_conformance.record import Record
from customhouse_conformance.registry import witness
from customhouse_conformance.store import people


@witness
def fault_served(record: Record, faults: Sequence[str], times: int = 1) -> Evidence | None:
    """Each of these faults struck at least so many calls."""
    struck = {fault: record.with_fault(fault) for fault in faults}
    if any(len(calls) < times for calls in struck.values()):
        return None
    return evidence([one for calls in struck.values() for one in calls[:5]])


@witness
def refused_by(record: Record, rules: Sequence[str]) -> Evidence | None:
    """Each of these rules of the vendor refused a call."""
    found = {rule: [one for one in record.requests if one.refused_by == f"rule:{rule}"] for rule in rules}
    if not all(found.values()):
        return None
    return evidence([calls[0] for calls in found.values()])


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
