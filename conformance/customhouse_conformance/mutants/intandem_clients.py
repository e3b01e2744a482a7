"""Clients made badly out of rows: without names, with too much, with too little, with something invented."""

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intandem_base import app
from customhouse_conformance.registry import mutant
from reference_importer.common.sources import Record
from reference_importer.intandem.leaving import LeftOutFiles
from reference_importer.intandem.ledger import Session
from reference_importer.intandem.mapping import LABELS, Client, Mapper, blank
from reference_importer.intandem.paging import Pager
from reference_importer.intandem.snapshots import BEYOND_CAP, Contents, Snapshots


class _Trusting(Mapper):
    def require(self, fields: dict[str, Any]) -> None:
        """Whatever comes is a client."""


class _LateFilter(Pager):
    def page(self, session: Session, page: int, per_page: int) -> list[str]:
        return [row for row in super().page(session, page, per_page) if "first_name" in json.loads(row)]


@mutant("intandem")
def filters_after_paging(job: Job) -> int:
    """Takes the nameless out of a page after it was cut."""
    return app(job, mapper=_Trusting, pager=_LateFilter)


@mutant("intandem")
def sends_the_nameless(job: Job) -> int:
    """Sends clients that have no first name."""
    return app(job, mapper=_Trusting)


class _NoFiles(LeftOutFiles):
    def write(self, business: str, number: int, contents: Contents) -> list[Path]:
        return []


@mutant("intandem")
def leaves_out_silently(job: Job) -> int:
    """Counts the rows that it leaves out, and names none."""
    return app(job, files=_NoFiles)


class _Tidy(Mapper):
    def value(self, target: str, value: Any) -> Any:
        sent = super().value(target, value)
        return unicodedata.normalize("NFC", sent).strip() if isinstance(sent, str) else sent


@mutant("intandem")
def tidies_names(job: Job) -> int:
    """Normalises Unicode and strips spaces."""
    return app(job, mapper=_Tidy)


class _Nameless(Mapper):
    def value(self, target: str, value: Any) -> Any:
        return None if target == "last_name" else super().value(target, value)


@mutant("intandem")
def drops_last_names(job: Job) -> int:
    """Takes no last names from its source."""
    return app(job, mapper=_Nameless)


class _Trimming(Mapper):
    def value(self, target: str, value: Any) -> Any:
        sent = super().value(target, value)
        return sent.strip() if target == "last_name" and isinstance(sent, str) else sent


@mutant("intandem")
def trims_last_names(job: Job) -> int:
    """Strips the spaces and newlines around last names."""
    return app(job, mapper=_Trimming)


class _Digits(Mapper):
    def value(self, target: str, value: Any) -> Any:
        sent = super().value(target, value)
        return re.sub(r"\D", "", sent) if target == "phone" and isinstance(sent, str) else sent


@mutant("intandem")
def tidies_phones(job: Job) -> int:
    """Leaves nothing of a phone number but its digits."""
    return app(job, mapper=_Digits)


class _Generous(Mapper):
    def target(self, column: str) -> str | None:
        return super().target(column) or column

    @property
    def fields(self) -> list[str]:
        return [name for name in super().fields if name in LABELS]


@mutant("intandem")
def sends_every_column(job: Job) -> int:
    """Sends whatever the source has, announced or not."""
    return app(job, mapper=_Generous)


class _Counting(Mapper):
    def value(self, target: str, value: Any) -> Any:
        sent = super().value(target, value)
        is_number = target == "external_id" and isinstance(sent, str) and sent.isdigit()
        return int(sent) if is_number else sent


@mutant("intandem")
def makes_numbers_of_ids(job: Job) -> int:
    """Takes an external_id of digits for a number."""
    return app(job, mapper=_Counting)


def _with(client: Client, **fields: Any) -> Client:
    return replace(client, payload=json.dumps({**json.loads(client.payload), **fields}, ensure_ascii=False))


class _Blanking(Mapper):
    def map(self, record: Record) -> Client:
        return _with(super().map(record), **{name: "" for name, value in record.values.items() if blank(value)})


@mutant("intandem")
def sends_blanks(job: Job) -> int:
    """Sends an empty text for every empty cell."""
    return app(job, mapper=_Blanking)


class _Inventive(Mapper):
    def map(self, record: Record) -> Client:
        client = super().map(record)
        return client if client.email_key else _with(client, email=f"{client.external_id}@no-email.example")


@mutant("intandem")
def invents_emails(job: Job) -> int:
    """Makes up an address for clients that have none."""
    return app(job, mapper=_Inventive)


class _Lumping(Mapper):
    def map(self, record: Record) -> Client:
        client = super().map(record)
        return replace(client, email_key=client.email_key or "nobody")


@mutant("intandem")
def takes_no_email_for_one_person(job: Job) -> int:
    """Takes two clients without an e-mail for one."""
    return app(job, mapper=_Lumping)


class _Forgetting(Snapshots):
    def _fill(self, *args: Any) -> Contents:
        contents = super()._fill(*args)
        beyond = contents.left_out.pop(BEYOND_CAP, 0)
        return replace(contents, read=contents.read - beyond)


@mutant("intandem")
def forgets_what_is_beyond_the_cap(job: Job) -> int:
    """Stops reading at 50,000 clients and is content."""
    return app(job, snapshots=_Forgetting)
