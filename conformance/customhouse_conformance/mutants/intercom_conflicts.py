"""409, handled in all the ways that do not work."""

from itertools import count
from typing import Any

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.intercom_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.checkpoint import Outcome, Row
from reference_importer.common.errors import RefusedError, RowError
from reference_importer.common.transport import Answer, Request
from reference_importer.intercom.client import Problem
from reference_importer.intercom.conflicts import ID, ConflictResolver


class _Logging(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        return Outcome(row, "done", "skipped", "unknown", 409)


@mutant("intercom")
def only_logs_conflicts(job: Job) -> int:
    """Takes a conflict for "is there already, so all is well"."""
    return reference(job, conflicts=_Logging, verifier=_Trusting)


class _Trusting:
    """Verifies nothing: with made-up ids there is nothing to verify."""

    def __init__(self, *_: Any) -> None: ...

    def missing(self) -> list[Row]:
        return []


class _GivesUp(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        raise Problem.of(conflict).rejection()


@mutant("intercom")
def gives_up_on_conflicts(job: Job) -> int:
    """Reports every conflict as a failed row."""
    return reference(job, conflicts=_GivesUp)


class _ForgetsArchived(ConflictResolver):
    def restore(self, row: Row, contact_id: str, *, known: bool = False) -> Outcome:
        return Outcome(row, "done", "skipped", contact_id, 409)


@mutant("intercom")
def takes_archived_for_active(job: Job) -> int:
    """Does not look whether the contact that is in the way is archived."""
    return reference(job, conflicts=_ForgetsArchived, verifier=_Trusting)


class _Stubborn(ConflictResolver):
    def restore(self, row: Row, contact_id: str, *, known: bool = False) -> Outcome:
        while not self.client.unarchive(contact_id).ok:
            continue
        return self.writer.put(row, contact_id, "unarchived")


@mutant("intercom")
def never_gives_up_restoring(job: Job) -> int:
    """Unarchives until it works."""
    return reference(job, conflicts=_Stubborn)


class _Brittle(ConflictResolver):
    def restore(self, row: Row, contact_id: str, *, known: bool = False) -> Outcome:
        try:
            return super().restore(row, contact_id, known=known)
        except RowError as error:
            raise RefusedError(f"{row.name}: {error}") from error


@mutant("intercom")
def stops_at_what_cannot_be_restored(job: Job) -> int:
    """One contact that cannot be restored ends the run."""
    return reference(job, "--workers=1", conflicts=_Brittle)


class _AsksTheList(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        if "archived" in conflict.text:
            return super().resolve(row, conflict)
        answer = self.client.caller.call(Request("GET", "/contacts", query={"email": str(row.email)}))
        found = answer.body["data"][0]["id"]
        changed = self.client.update(found, {"name": row.payload.get("name"), "phone": row.payload.get("phone")})
        return self.writer.stored(row, "updated", changed, {})


@mutant("intercom")
def finds_by_email_in_the_list(job: Job) -> int:
    """Believes that GET /contacts?email= finds the contact, and updates the first that comes."""
    return reference(job, "--workers=1", conflicts=_AsksTheList)


class _AsksTheSearch(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        query = {"query": {"field": "external_id", "operator": "=", "value": row.external_id}}
        found = self.client.caller.call(Request("POST", "/contacts/search", query)).body.get("data")
        if not found:
            raise Problem.of(conflict).rejection()
        return self.writer.put(row, found[0]["id"], "updated")


@mutant("intercom")
def trusts_the_search(job: Job) -> int:
    """Looks for the contact that is in the way by searching, and gives up when search does not know it yet."""
    return reference(job, conflicts=_AsksTheSearch)


class _Renames(ConflictResolver):
    def resolve(self, row: Row, conflict: Answer) -> Outcome:
        if "archived" in conflict.text or not ID.search(conflict.text):
            return super().resolve(row, conflict)
        local, _, domain = str(row.email).partition("@")
        for n in count(2):
            body = {**row.payload, "external_id": f"{row.external_id}-{n}", "email": f"{local}+{n}@{domain}"}
            answer = self.client.create(body, repeatable=True)
            if answer.status != 409:
                break
        return self.writer.stored(row, "created", answer, {})


@mutant("intercom")
def renames_on_conflict(job: Job) -> int:
    """Finds a free id and address for the row when its own are taken."""
    return reference(job, conflicts=_Renames)
