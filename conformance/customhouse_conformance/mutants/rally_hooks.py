"""Webhooks: turned away, believed unseen, or answered too late."""

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from customhouse_conformance.adapters import Job
from customhouse_conformance.mutants.rally_base import reference
from customhouse_conformance.registry import mutant
from reference_importer.common.clock import Clock
from reference_importer.rally.client import Client
from reference_importer.rally.ledger import Ledger
from reference_importer.rally.receiving import Receiver
from reference_importer.rally.signatures import SignatureError, Signatures


class _Remembering(Ledger):
    begun: ClassVar[set[str | None]] = set()

    def accepted(self, no: int, import_id: str | None) -> None:
        self.begun.add(import_id)
        super().accepted(no, import_id)


class _Choosy(Receiver):
    def take(self, headers: Any, body: bytes) -> int:
        status = super().take(headers, body)
        known = status >= 300 or json.loads(body).get("importId") in _Remembering.begun
        return status if known else 404


@mutant("rally")
def refuses_unknown_imports(job: Job) -> int:
    """Answers 404 to a webhook about an import of which it has not heard yet."""
    return reference(job, ledger=_Remembering, receiver=_Choosy)


class _OnceOnly(Receiver):
    taken: ClassVar[dict[str, object]] = {}

    def take(self, headers: Any, body: bytes) -> int:
        status, mark = super().take(headers, body), object()
        if status >= 300 or self.taken.setdefault(headers.get("svix-id"), mark) is mark:
            return status
        return 409


@mutant("rally")
def refuses_second_copies(job: Job) -> int:
    """Answers 409 to a webhook that it has had before."""
    return reference(job, receiver=_OnceOnly)


class _Believing(Signatures):
    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        return headers.get("svix-id") or "unsigned"


@mutant("rally")
def takes_any_webhook(job: Job) -> int:
    """Verifies no signature."""
    return reference(job, signatures=_Believing)


class _Decoding(Signatures):
    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        for one in headers.get("svix-signature", "").split():
            base64.b64decode(one.removeprefix("v1,"), validate=True)
        return super().check(headers, body)


class _Crashing(Receiver):
    def take(self, headers: Any, body: bytes) -> int:
        try:
            return super().take(headers, body)
        except ValueError:
            return 500


@mutant("rally")
def trips_over_garbage_signatures(job: Job) -> int:
    """Answers 500 to a signature that cannot be decoded."""
    return reference(job, signatures=_Decoding, receiver=_Crashing)


class _Rewriting(Signatures):
    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        try:
            parsed = json.loads(body)
        except ValueError as error:
            raise SignatureError("no JSON") from error
        return super().check(headers, json.dumps(parsed, separators=(",", ":"), ensure_ascii=False).encode())


@mutant("rally")
def verifies_what_it_parsed(job: Job) -> int:
    """Verifies the signature over what it has parsed and written anew."""
    return reference(job, signatures=_Rewriting)


class _Shared(Client):
    latest: ClassVar[Client | None] = None

    def __init__(self, caller: Any) -> None:
        super().__init__(caller)
        _Shared.latest = self


class _Diligent(Receiver):
    def take(self, headers: Any, body: bytes) -> int:
        try:
            import_id = json.loads(body).get("importId")
        except (ValueError, AttributeError):
            import_id = None
        if isinstance(import_id, str) and _Shared.latest:
            _Shared.latest.import_status(import_id)
        return super().take(headers, body)


@mutant("rally")
def works_before_it_answers(job: Job) -> int:
    """Asks how the import came out before it answers the webhook that says so."""
    return reference(job, client=_Shared, receiver=_Diligent)


class _Open(Signatures):
    def __init__(self, secret: str, clock: Clock) -> None:
        super().__init__(secret, clock)
        print(f"webhooks are verified with {secret}", file=sys.stderr)  # noqa: T201 - the fault


@mutant("rally")
def shows_the_webhook_secret(job: Job) -> int:
    """Says with which secret it verifies webhooks."""
    return reference(job, signatures=_Open)
