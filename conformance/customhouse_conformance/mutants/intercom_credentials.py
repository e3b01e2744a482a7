"""Careless with the token and the version."""

import os
from functools import partial
from typing import Any

import requests

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.broken_parts import Addressed, FollowsAnywhere, KnocksFirst, Verbose
from customhouse_conformance.mutants.intercom_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.calls import CallPolicy
from reference_importer.common.transport import Answer, Request, Transport


@mutant("intercom")
def probes_without_a_token(job: Job) -> int:
    """Looks whether the API is up with a call that carries no token."""
    return reference(job, transport=KnocksFirst)


class _Unversioned(Transport):
    def __init__(self, base_url: str, token: str, headers: dict[str, str], timeout: float, clock: Any) -> None:
        kept = {name: value for name, value in headers.items() if name != "Intercom-Version"}
        super().__init__(base_url, token, kept, timeout, clock)


@mutant("intercom")
def names_no_version(job: Job) -> int:
    """Leaves the API version to the app's setting."""
    return reference(job, transport=_Unversioned)


class _Outdated(Transport):
    def _prepare(self, request: Request) -> requests.PreparedRequest:
        prepared = super()._prepare(request)
        if (request.method, request.path) == ("GET", "/contacts"):
            prepared.headers["Intercom-Version"] = "1.4"
        return prepared


@mutant("intercom")
def names_an_old_version(job: Job) -> int:
    """Lists contacts in a version in which contacts are leads."""
    return reference(job, transport=_Outdated)


@mutant("intercom")
def goes_on_after_401(job: Job) -> int:
    """Takes a revoked token for the fault of each single row."""
    return reference(job, policy=partial(CallPolicy, fatal={}))


class _Speechless(Transport):
    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        if answer.status == 401:
            os._exit(1)
        return answer


@mutant("intercom")
def falls_silent_at_401(job: Job) -> int:
    """Speaks of its token when it begins, and ends without a word when that is refused."""
    print("the token was read", flush=True)  # noqa: T201 - what such an importer does
    return reference(job, transport=_Speechless)


@mutant("intercom")
def logs_its_headers(job: Job) -> int:
    """Prints every request with its headers."""
    return reference(job, transport=Verbose)


@mutant("intercom")
def shows_its_token_in_addresses(job: Job) -> int:
    """Puts the token in the query string too, where proxies and servers log it."""
    return reference(job, transport=Addressed)


@mutant("intercom")
def follows_redirects_with_the_token(job: Job) -> int:
    """Goes wherever it is sent, and shows its token there."""
    return reference(job, transport=FollowsAnywhere)
