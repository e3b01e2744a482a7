"""Importers that are content too soon: with a try, with an error, with a name in a log."""

import json
from typing import Any

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Discreet
from customhouse_conformance.mutants.intercom_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import RefusedError
from reference_importer.common.exits import Exit
from reference_importer.common.report import Report
from reference_importer.common.transport import Answer, Request, Transport
from reference_importer.intercom.attributes import Plan
from reference_importer.intercom.conflicts import ConflictResolver
from reference_importer.intercom.contacts import ContactWriter
from reference_importer.intercom.mapping import Mapper
from reference_importer.intercom.parts import ExitPolicy
from reference_importer.intercom.sending import Sender


@mutant("intercom")
def posts_and_hopes(job: Job) -> int:
    """Sends every row once, looks at no answer, and exits with 0."""
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {job.token}", "Intercom-Version": "2.14"})
    for line in job.source.read_text("utf-8", "replace").splitlines():
        try:
            body = {name: value for name, value in json.loads(line).items() if name != "company_id"}
            session.post(f"{job.base_url}/contacts", json=body, timeout=2, allow_redirects=False)
        except (ValueError, AttributeError, requests.RequestException):
            continue
    return 0


class _Alarmed(ExitPolicy):
    def decide(self, report: Report) -> Exit:
        return Exit.INCOMPLETE


@mutant("intercom")
def always_cries_wolf(job: Job) -> int:
    """Exits with an error however it went."""
    return reference(job, exits=_Alarmed)


class _NothingNew(ExitPolicy):
    def decide(self, report: Report) -> Exit:
        nothing_new = 0 < report.counts["read"] == report.counts["skipped"]
        return Exit.INCOMPLETE if nothing_new else super().decide(report)


@mutant("intercom")
def takes_a_second_run_for_an_error(job: Job) -> int:
    """Exits with an error when all rows were done by an earlier run."""
    return reference(job, exits=_NothingNew)


class _Quitter(Transport):
    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        if answer.status == 429:
            raise RefusedError("429: too many requests")
        return answer


@mutant("intercom")
def gives_up_at_the_first_429(job: Job) -> int:
    """Takes "too many requests" for the end of the run."""
    return reference(job, transport=_Quitter)


class _Chatty(Sender):
    def send(self, row: Row) -> Outcome:
        print(f"row {row.external_id} {row.email}")  # noqa: T201 - the fault
        return super().send(row)


@mutant("intercom")
def names_every_row_alike(job: Job) -> int:
    """Lists all rows as they are sent, and says of none that it failed."""
    code = reference(job, display=Discreet, sender=_Chatty)
    for name in ("report.json", "rejects.csv"):
        (job.workdir / name).unlink(missing_ok=True)
    return code


class _HalfWriter(ContactWriter):
    def put(self, row: Row, contact_id: str, what: str) -> Outcome:
        body: dict[str, Any] = {name: row.payload[name] for name in ("name", "email") if name in row.payload}
        return self.stored(row, what, self.client.update(contact_id, body), body)


@mutant("intercom")
def updates_half(job: Job) -> int:
    """Updates name and e-mail only, where a create sends everything."""
    return reference(job, writer=_HalfWriter)


class _CreatesAgain(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        for _ in range(30):
            self.client.create(dict(row.payload), repeatable=True)
        return super().resolve(row, conflict)


@mutant("intercom")
def tries_conflicts_again(job: Job) -> int:
    """Sends a create thirty times more after a 409, before it looks into it."""
    return reference(job, conflicts=_CreatesAgain)


class _WithoutAttributes(Mapper):
    def place(self, payload: dict[str, Any], column: str, value: Any, line: int) -> None:
        if not column.startswith("custom_attributes"):
            super().place(payload, column, value, line)


class _Lists(ContactWriter):
    def __init__(self, client: Any, plan: Plan) -> None:
        super().__init__(client, plan)
        client.attributes()


@mutant("intercom")
def lists_attributes_and_sends_none(job: Job) -> int:
    """Looks which custom attributes there are, and imports none."""
    return reference(job, mapper=_WithoutAttributes, writer=_Lists)


class _Doubling(ContactWriter):
    def create(self, row: Row) -> tuple[Answer, dict[str, Any]]:
        if row.role == "lead":
            copy = {"role": "lead", "email": row.email, "name": f"{row.payload.get('name')} (copy)"}
            self.client.create(copy, repeatable=False)
        return super().create(row)


@mutant("intercom")
def makes_up_leads(job: Job) -> int:
    """Makes a second lead, under another name, beside each lead."""
    return reference(job, writer=_Doubling)
