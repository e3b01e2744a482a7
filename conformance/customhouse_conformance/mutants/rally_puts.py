"""The import is a PUT, and these take it for a PATCH, or the other way round."""

import json
import zlib
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Row
from reference_importer.rally.ledger import Placed
from reference_importer.rally.mapping import CUSTOM, Mapper
from reference_importer.rally.records import Batcher, OptOuts, Record, RecordBuilder
from reference_importer.rally.stored import Held

CARD = ("phone", "lastContactDate", "additionalEmails", "additionalPhones")


class _OnlyTheSource(RecordBuilder):
    def kept(self, held: Held) -> dict[str, Any]:
        return {}


class _ByFields(Batcher):
    def group(self, record: Record, held: Held) -> int:
        return zlib.crc32(json.dumps(sorted(record)).encode())


@mutant("rally")
def schema_per_batch(job: Job) -> int:
    """Writes null wherever a record lacks a property that another one of its request has."""
    return reference(job, builder=_OnlyTheSource, batcher=_ByFields)


class _Bare(_OnlyTheSource):
    def names(self, held: Held) -> Record:
        return {}


class _Alike(Batcher):
    def group(self, record: Record, held: Held) -> int:
        return zlib.crc32(json.dumps([sorted(record), sorted(record["properties"])]).encode())


@mutant("rally")
def sends_alike_together(job: Job) -> int:
    """Sends of each person what its row has, and puts people whose rows name the same into one request."""
    return reference(job, builder=_Bare, batcher=_Alike)


class _OwnColumns(Batcher):
    def group(self, record: Record, held: Held) -> int:
        return 0

    def uniform(self, people: list[Placed]) -> list[Record]:
        return [self.written(one.record, list(one.record["properties"])) for one in people]


@mutant("rally")
def sends_partial_records(job: Job) -> int:
    """Sends of each person what its row has, all in one request, as to an API that merges."""
    return reference(job, builder=_Bare, batcher=_OwnColumns)


class _Nullless(Mapper):
    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        if value is not None:
            super().place(payload, column, value, line)


class _Sparse(Batcher):
    def written(self, record: Record, columns: list[str]) -> Record:
        return super().written(record, [id for id in columns if record["properties"].get(id) is not None])


@mutant("rally")
def drops_nulls(job: Job) -> int:
    """Leaves out whatever is null, as serialisers like to."""
    return reference(job, mapper=_Nullless, batcher=_Sparse)


class _FirstRow(Mapper):
    header: frozenset[str] | None = None

    def cells(self, values: dict[str, Any]) -> list[tuple[str, Any]]:
        found = super().cells(values)
        if self.header is None:
            self.header = frozenset(name for name, _ in found)
        return [(name, value) for name, value in found if name in self.header or not name.startswith(CUSTOM)]


@mutant("rally")
def columns_of_first_row(job: Job) -> int:
    """Takes the properties of the first row for those of all rows."""
    return reference(job, mapper=_FirstRow)


class _NullNames(RecordBuilder):
    def names(self, held: Held) -> Record:
        return {"firstName": None, "lastName": None}


@mutant("rally")
def wipes_names(job: Job) -> int:
    """Sends null as the name of somebody whose row has none."""
    return reference(job, builder=_NullNames)


class _WholeCards(RecordBuilder):
    def build(self, row: Row, held: Held) -> Record:
        return {**dict.fromkeys(CARD), **super().build(row, held)}


@mutant("rally")
def fills_fields_with_null(job: Job) -> int:
    """Sends null for every phone, date and second address that a row does not have."""
    return reference(job, builder=_WholeCards)


class _Phoneless(RecordBuilder):
    def build(self, row: Row, held: Held) -> Record:
        kept = {key: value for key, value in super().build(row, held).items() if key != "phone"}
        return {**kept, **self.identity(row, held)}


@mutant("rally")
def drops_phones(job: Job) -> int:
    """Leaves out the phones of people who are known by something else, and says nothing."""
    return reference(job, builder=_Phoneless)


class _Rectangular(RecordBuilder):
    def named(self, properties: Any) -> dict[str, Any]:
        return super().named({key: properties.get(key) for key in self._plan.columns})


@mutant("rally")
def takes_absent_for_null(job: Job) -> int:
    """Makes a table of the rows, with null in every cell that a row does not have."""
    return reference(job, builder=_Rectangular)


class _EverybodyIn(OptOuts):
    def field(self, value: bool | None) -> Record:
        return {"isOptedOut": bool(value)}


@mutant("rally")
def opts_back_in(job: Job) -> int:
    """Sends that people have not opted out unless the source says that they have."""
    return reference(job, opt_outs=_EverybodyIn)


class _NobodyOut(OptOuts):
    def field(self, value: bool | None) -> Record:
        return {}


@mutant("rally")
def forgets_opt_outs(job: Job) -> int:
    """Does not send that somebody has opted out."""
    return reference(job, opt_outs=_NobodyOut)
