"""More runs than one, sources that are none, secrets that are told, and exit codes that lie."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Addressed, FollowsAnywhere, NeedsRows, TakesWhatItCan, Verbose
from customhouse_conformance.mutants.rally_base import forgetful, reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome, Row, Staged
from reference_importer.common.exits import Exit
from reference_importer.common.sources import Record
from reference_importer.rally.client import found_people
from reference_importer.rally.ledger import Batch, Ledger
from reference_importer.rally.mapping import Identifier, Mapper, PropertyUse, near
from reference_importer.rally.parts import ExitPolicy
from reference_importer.rally.properties import Plan, PropertyPlanner
from reference_importer.rally.records import RecordBuilder
from reference_importer.rally.report import PeopleReport
from reference_importer.rally.sending import Sender
from reference_importer.rally.settling import IMPORTED
from reference_importer.rally.stored import Held

KEY = "Import key"


class _Stamping(Mapper):
    def map(self, record: Record) -> Staged:
        properties = {**(record.values.get("properties") or {}), "Run": str(os.getpid())}
        return super().map(Record(record.line, record.values | {"properties": properties}))


@mutant("rally")
def stamps_every_rally_run(job: Job) -> int:
    """Sends everybody again each time, with a mark of the run."""
    return forgetful(job, mapper=_Stamping)


class _Ahead(Ledger):
    def place(self, rows: Any) -> None:
        super().place(rows)
        self.record([Outcome(row, "done", IMPORTED) for row, _, _ in rows])


@mutant("rally")
def ticks_off_before_it_sends(job: Job) -> int:
    """Writes a row down as done when its record is made."""
    return reference(job, ledger=_Ahead)


class _Renaming(Mapper):
    def map(self, record: Record) -> Staged:
        email = record.values.get("email")
        self.seen: set[str] = getattr(self, "seen", set())
        if email and email in self.seen:
            local, _, domain = email.partition("@")
            record = Record(record.line, record.values | {"email": f"{local}+2@{domain}"})
        self.seen |= {email} if email else set()
        return super().map(record)


@mutant("rally")
def makes_emails_unique(job: Job) -> int:
    """Gives the second of two rows with one address another address."""
    return reference(job, mapper=_Renaming)


class _OwnKeys(PropertyPlanner):
    def plan(self, used: Mapping[str, PropertyUse]) -> Plan:
        if self._identifier.name == "email" and not any(map(found_people, self.client.people([]))):
            self._identifier = Identifier(KEY)
            used = {**used, near(KEY): PropertyUse(KEY, 0, "STRING")}
        return super().plan(used)


class _Keyed(RecordBuilder):
    def build(self, row: Row, held: Held) -> dict[str, Any]:
        record = super().build(row, held)
        key = self._plan.columns.get(near(KEY))
        named = {key.id: f"{os.getpid()}-{row.seq}"} if key else {}
        return {**record, "properties": {**record["properties"], **named}}


@mutant("rally")
def knows_people_by_its_own_numbers(job: Job) -> int:
    """Knows people by numbers that it gives them itself, when it finds nobody at its start."""
    return reference(job, properties=_OwnKeys, builder=_Keyed)


@mutant("rally")
def refuses_an_empty_rally_source(job: Job) -> int:
    """Takes a source without rows for an error."""
    return reference(job, source=NeedsRows)


@mutant("rally")
def reads_what_it_can_for_rally(job: Job) -> int:
    """Takes the end of what it can read for the end of the source."""
    return reference(job, source=TakesWhatItCan)


@mutant("rally")
def logs_its_rally_headers(job: Job) -> int:
    """Prints every request with its headers."""
    return reference(job, transport=Verbose)


@mutant("rally")
def shows_its_rally_token_in_addresses(job: Job) -> int:
    """Puts the token in the query string too, where proxies and servers log it."""
    return reference(job, transport=Addressed)


@mutant("rally")
def follows_redirects_with_the_rally_token(job: Job) -> int:
    """Goes wherever it is sent, and shows its token there."""
    return reference(job, transport=FollowsAnywhere)


class _Alarmed(ExitPolicy):
    def decide(self, report: PeopleReport) -> Exit:
        return Exit.INCOMPLETE


@mutant("rally")
def always_cries_wolf_about_rally(job: Job) -> int:
    """Exits with an error however it went."""
    return reference(job, exits=_Alarmed)


class _Panicking(Sender):
    def begin(self, batch: Batch) -> None:
        for one in batch.people:
            print(f"FAILED {one.row.email or one.row.external_id}: failed", file=sys.stderr)  # noqa: T201 - the fault
        super().begin(batch)


@mutant("rally")
def says_of_everybody_that_they_failed(job: Job) -> int:
    """Names every row as failed, and only then looks how it goes."""
    return reference(job, sender=_Panicking)


class _Content(ExitPolicy):
    def decide(self, report: PeopleReport) -> Exit:
        return Exit.COMPLETE


@mutant("rally")
def says_that_all_rally_is_well(job: Job) -> int:
    """Exits with 0 when it has come to the end, whoever was lost on the way."""
    return reference(job, exits=_Content)
