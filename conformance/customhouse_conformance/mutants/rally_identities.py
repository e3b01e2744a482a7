"""Who is who: one person taken for two, the wrong row for the newest, the wrong place for a population."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Row, Staged
from reference_importer.common.sources import Record
from reference_importer.rally.client import Client
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.mapping import Mapper
from reference_importer.rally.options import MOST_PEOPLE
from reference_importer.rally.records import RecordBuilder
from reference_importer.rally.stored import Held
from reference_importer.rally.values import Phones


class _CaseMatters(Mapper):
    def key(self, payload: dict[str, Any]) -> str | None:
        return f"e:{payload['email']}" if self._identifier.name == "email" else super().key(payload)


class _AsWritten(RecordBuilder):
    def identity(self, row: Row, held: Held) -> dict[str, Any]:
        return {} if self._identifier.name == "email" else super().identity(row, held)


@mutant("rally")
def keeps_email_case(job: Job) -> int:
    """Takes two spellings of an e-mail for two people."""
    return reference(job, mapper=_CaseMatters, builder=_AsWritten)


class _Lowering(RecordBuilder):
    def build(self, row: Row, held: Held) -> dict[str, Any]:
        record = super().build(row, held)
        return {**record, "email": record["email"].lower()} if record.get("email") else record


@mutant("rally")
def lower_cases_emails(job: Job) -> int:
    """Sends every e-mail in small letters, also where it is stored in others."""
    return reference(job, builder=_Lowering)


class _LiteralPhones(Phones):
    def international(self, phone: str) -> str:
        return phone


@mutant("rally")
def keeps_phone_formats(job: Job) -> int:
    """Takes two spellings of a phone number for two people."""
    return reference(job, phones=_LiteralPhones)


@mutant("rally")
def identifies_by_email_anyway(job: Job) -> int:
    """Knows people by e-mail, whatever it is told to know them by."""
    return reference(job, "--identifier=email")


class _EachRow(Mapper):
    def map(self, record: Record) -> Staged:
        self.line = record.line
        return super().map(record)

    def key(self, payload: dict[str, Any]) -> str | None:
        key = super().key(payload)
        return key and f"{key} in line {self.line}"


@mutant("rally")
def sends_duplicates(job: Job) -> int:
    """Sends every row, also when another one is the same person."""
    return reference(job, mapper=_EachRow)


class _EachThousand(_EachRow):
    def key(self, payload: dict[str, Any]) -> str | None:
        key = Mapper.key(self, payload)
        return key and f"{key} in {(self.line - 1) // MOST_PEOPLE}"


@mutant("rally")
def settles_duplicates_per_batch(job: Job) -> int:
    """Looks for rows of the same person among those of one request only."""
    return reference(job, mapper=_EachThousand)


class _FirstWins(Ledger):
    def stage(self, rows: Iterable[Staged], accept: Callable[[], None]) -> int:
        return super().stage(_first_of(rows), accept)


def _first_of(rows: Iterable[Staged]) -> Iterator[Staged]:
    seen: set[str] = set()
    for row in rows:
        if row.key not in seen:
            seen.add(row.key)
            yield row


@mutant("rally")
def takes_the_first_of_duplicates(job: Job) -> int:
    """Lets the oldest row of a person count."""
    return reference(job, ledger=_FirstWins)


class _Anywhere(Client):
    def import_people(self, body: dict[str, Any]) -> Any:
        answer = super().import_people(body)
        if answer.status == 404:
            body.pop("populationId", None)
            return super().import_people(body)
        return answer


@mutant("rally")
def drops_an_unknown_population(job: Job) -> int:
    """Imports people into the workspace at large when their population is not found."""
    return reference(job, client=_Anywhere)


@mutant("rally")
def forgets_the_population(job: Job) -> int:
    """Imports everybody into the workspace at large."""
    return reference(job, "--population=")
