"""Careless with the token."""

from functools import partial

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import KnocksFirst
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.calls import CallPolicy
from reference_importer.common.errors import RefusedError
from reference_importer.rally.client import API
from reference_importer.rally.stored import StoredPeople


class _KnocksFirst(KnocksFirst):
    door = f"{API}/me"


@mutant("rally")
def probes_rally_without_a_token(job: Job) -> int:
    """Looks whether the API is up with a call that carries no token."""
    return reference(job, transport=_KnocksFirst)


class _Hopeful(StoredPeople):
    def read(self) -> None:
        try:
            super().read()
        except RefusedError:
            self.count += 1


@mutant("rally")
def bisects_a_401(job: Job) -> int:
    """Takes a refused token for the fault of some record, and looks for it."""
    return reference(job, policy=partial(CallPolicy, fatal={}), stored=_Hopeful)
