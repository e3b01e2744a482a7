"""Rows that arrive changed, doubled, or not at all."""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Discreet, NeedsRows, TakesWhatItCan
from customhouse_conformance.mutants.intercom_base import forgetful, reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome, Row, Staged
from reference_importer.common.errors import RefusedError
from reference_importer.common.sources import Record, SourceReader
from reference_importer.common.transport import Answer
from reference_importer.intercom.contacts import ContactWriter
from reference_importer.intercom.mapping import Mapper
from reference_importer.intercom.sending import Sender


class _Phoneless(Mapper):
    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        if column != "phone":
            super().place(payload, column, value, line)


@mutant("intercom")
def drops_the_phone(job: Job) -> int:
    """Forgets one column."""
    return reference(job, mapper=_Phoneless)


class _Roleless(Mapper):
    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        super().place(payload, column, "user" if column == "role" else value, line)


@mutant("intercom")
def makes_everybody_a_user(job: Job) -> int:
    """Reads the role and sends another."""
    return reference(job, mapper=_Roleless)


class _Tidy(Mapper):
    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        tidy = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value
        super().place(payload, column, tidy, line)


@mutant("intercom")
def tidies_text(job: Job) -> int:
    """Normalises Unicode and strips spaces."""
    return reference(job, mapper=_Tidy)


class _Renaming(Mapper):
    def map(self, record: Record) -> Staged:
        email = str(record.values.get("email"))
        self.seen: set[str] = getattr(self, "seen", set())
        if email in self.seen:
            local, _, domain = email.partition("@")
            changed = {"external_id": f"{record.values.get('external_id')}-2", "email": f"{local}+2@{domain}"}
            record = Record(record.line, record.values | changed)
        self.seen.add(email)
        return super().map(record)


@mutant("intercom")
def makes_duplicates_unique(job: Job) -> int:
    """Gives the second of two equal rows another id and another address."""
    return reference(job, mapper=_Renaming)


class _Stamping(Mapper):
    def map(self, record: Record) -> Staged:
        return super().map(Record(record.line, record.values | {"last_seen_at": 1_600_000_000 + os.getpid()}))


class _Short(SourceReader):
    def records(self) -> Iterator[Record]:
        seen: set[Any] = set()
        for record in super().records():
            if (id := record.values.get("external_id")) in seen:
                return
            seen.add(id)
            yield record


@mutant("intercom")
def stops_at_a_repeated_row(job: Job) -> int:
    """Takes a row that it has had before for the end of the source."""
    return reference(job, source=_Short)


class _Thin(ContactWriter):
    def create(self, row: Row) -> tuple[Answer, dict[str, Any]]:
        kept = {name: value for name, value in row.payload.items() if row.role == "user" or name != "signed_up_at"}
        return super().create(replace(row, payload=kept))


@mutant("intercom")
def halves_leads(job: Job) -> int:
    """Sends less of a lead than of a user."""
    return reference(job, writer=_Thin)


@mutant("intercom")
def stamps_every_run(job: Job) -> int:
    """Sends everything again each time, with a mark of the run in it."""
    return forgetful(job, mapper=_Stamping)


@mutant("intercom")
def refuses_an_empty_source(job: Job) -> int:
    """Takes a source without rows for an error."""
    return reference(job, source=NeedsRows)


@mutant("intercom")
def reads_what_it_can(job: Job) -> int:
    """Takes the end of what it can read for the end of the source."""
    return reference(job, source=TakesWhatItCan)


class _Fragile(Sender):
    def send(self, row: Row) -> Outcome:
        outcome = super().send(row)
        if outcome.state == "rejected":
            raise RefusedError(f"{row.name}: {outcome.message}")
        return outcome


@mutant("intercom")
def stops_at_the_first_bad_row(job: Job) -> int:
    """One refused row ends the run."""
    return reference(job, sender=_Fragile)


@mutant("intercom")
def hides_bad_rows(job: Job) -> int:
    """Counts refused rows, and names none."""
    code = reference(job, display=Discreet)
    for name in ("report.json", "rejects.csv"):
        (job.workdir / name).unlink(missing_ok=True)
    return code
