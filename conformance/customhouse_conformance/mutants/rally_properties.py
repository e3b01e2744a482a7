"""Properties: made twice, of the wrong type, or filled with what they do not take."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.rally.ledger import Placed
from reference_importer.rally.mapping import PropertyUse
from reference_importer.rally.properties import Plan, Property, PropertyPlanner
from reference_importer.rally.records import Batcher, Record, RecordBuilder


class _Texts(PropertyPlanner):
    def type_of(self, use: PropertyUse) -> str:
        return "STRING"


@mutant("rally")
def types_everything_as_text(job: Job) -> int:
    """Makes every property a text, which cannot be changed afterwards."""
    return reference(job, properties=_Texts)


class _Unmade(PropertyPlanner):
    def create(self, missing: Mapping[str, PropertyUse]) -> None:
        """Imports will make them."""

    def found(self, use: PropertyUse, there: list[Property]) -> Property:
        return self.match(use, there) or Property(f"new {use.name}", use.name, use.type, False)

    def plan(self, used: Mapping[str, PropertyUse]) -> Plan:
        return replace(super().plan(used), created=())


class _Naming(Batcher):
    def columns(self, people: list[Placed]) -> list[str]:
        new = {one.id for one in self._plan.columns.values()} - self._plan.all_ids
        return sorted(new.union(super().columns(people)))

    def written(self, record: Record, columns: list[str]) -> Record:
        written = super().written(record, columns)
        new = {one.id: one for one in self._plan.columns.values() if one.id not in self._plan.all_ids}
        return {**written, "properties": [_by_name(one, new.get(one["propertyId"])) for one in written["properties"]]}


def _by_name(item: dict[str, Any], new: Property | None) -> dict[str, Any]:
    return {"name": new.name, "propertyType": new.type, "value": item["value"]} if new else item


@mutant("rally")
def names_properties_in_parallel(job: Job) -> int:
    """Lets every request make the properties that are not there, while others do so too."""
    return reference(job, "--batch-size=50", "--in-flight=16", properties=_Unmade, batcher=_Naming)


class _Content(PropertyPlanner):
    def plan(self, used: Mapping[str, PropertyUse]) -> Plan:
        there = self.known()
        return super().plan({key: use for key, use in used.items() if self.match(use, there)})


class _Omitting(RecordBuilder):
    def named(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return super().named({key: value for key, value in properties.items() if key in self._plan.columns})


@mutant("rally")
def drops_new_properties(job: Job) -> int:
    """Leaves out every property that the workspace does not have, and says nothing."""
    return reference(job, properties=_Content, builder=_Omitting)


class _Believing(PropertyPlanner):
    def found(self, use: PropertyUse, there: list[Property]) -> Property:
        return replace(super().found(use, there), type=use.type)


@mutant("rally")
def trusts_its_own_types(job: Job) -> int:
    """Sends values of the types that it was told, whatever the workspace's properties are."""
    return reference(job, properties=_Believing)


class _Literal(PropertyPlanner):
    def match(self, use: PropertyUse, there: list[Property]) -> Property | None:
        return next((one for one in there if one.name == use.name), None)


@mutant("rally")
def makes_twin_properties(job: Job) -> int:
    """Makes a property whenever none is called exactly so."""
    return reference(job, properties=_Literal)


class _Blanking(RecordBuilder):
    def options(self, there: Property, value: Any) -> Any:
        if isinstance(value, list):
            return [option for option in value if option in there.options]
        return value if value in there.options else None


@mutant("rally")
def blanks_unknown_options(job: Job) -> int:
    """Leaves an option out that the property does not have, and says nothing."""
    return reference(job, builder=_Blanking)
