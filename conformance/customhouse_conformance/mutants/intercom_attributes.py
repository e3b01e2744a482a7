"""Custom attributes: not defined, defined too often, or lost."""

from collections.abc import Mapping
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intercom_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Row
from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.transport import Answer, Request
from reference_importer.intercom.attributes import AttributePlanner, Plan, used_type
from reference_importer.intercom.contacts import ContactWriter
from reference_importer.intercom.mapping import AttributeUse


class _Assuming(AttributePlanner):
    def plan(self, used: Mapping[str, AttributeUse]) -> Plan:
        return Plan({name: used_type(use) for name, use in used.items()})


@mutant("intercom")
def never_defines_attributes(job: Job) -> int:
    """Sends custom attributes as if they were there."""
    return reference(job, attributes=_Assuming)


class _Insisting(AttributePlanner):
    def known(self, *, archived: bool = False) -> dict[str, dict[str, Any]]:
        super().known()
        return {}


@mutant("intercom")
def fails_on_a_known_attribute(job: Job) -> int:
    """Takes "You already have" for the end of the run."""
    return reference(job, attributes=_Insisting)


class _Repeating(ContactWriter):
    def create(self, row: Row) -> tuple[Answer, dict[str, Any]]:
        for name, data_type in self.plan.types.items():
            self.client.define(name, data_type)
        return super().create(row)


@mutant("intercom")
def defines_attributes_for_every_row(job: Job) -> int:
    """Defines every attribute again before each contact."""
    return reference(job, writer=_Repeating)


class _Lossy(AttributePlanner):
    def plan(self, used: Mapping[str, AttributeUse]) -> Plan:
        known, types = self.known(), {}
        for name, use in used.items():
            body = {"name": name, "model": "contact", "data_type": used_type(use)}
            try:
                if name not in known:
                    self.client.caller.call(Request("POST", "/data_attributes", body, repeatable=False))
            except (CallError, RefusedError):
                continue
            types[name] = used_type(use)
        return Plan(types)


@mutant("intercom")
def drops_what_it_cannot_define(job: Job) -> int:
    """Leaves an attribute out when its definition fails, and says nothing."""
    return reference(job, attributes=_Lossy)
