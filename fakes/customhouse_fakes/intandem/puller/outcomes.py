"""What the world hears of a session: a webhook per page, a webhook per new client, a mail at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from customhouse_fakes.core.deliveries import Policy, Sign
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.intandem.profile import IntandemProfile
from customhouse_fakes.intandem.state.client import Client
from customhouse_fakes.intandem.state.importing import Bulk
from customhouse_fakes.intandem.state.session import Session

from .asking import SIGNATURE, signature

BULK_DONE = "bulk_import/done"
CLIENT_CREATED = "client/created"
SENDER = "no-reply@intandem.example"


def announce(sandbox: Sandbox, session: Session, bulk: Bulk) -> None:
    """Send `bulk_import/done` for a page, and `client/created` for its new clients where the profile says so."""
    _fire(sandbox, session, BULK_DONE, bulk_done(session, bulk))
    if sandbox.profile.client_created_events:
        for client in bulk.new:
            _fire(sandbox, session, CLIENT_CREATED, client_created(client))


def bulk_done(session: Session, bulk: Bulk) -> dict[str, Any]:
    """The event as published (contract section 2.6): no business_uid in it."""
    status = {
        verdict: {"count": bulk.counts[verdict], "external_ids": bulk.external_ids[verdict]}
        for verdict in ("created", "failed", "updated", "skipped")
    }
    data = {
        "session_id": session.id,
        "processed_entity": "clients",
        "import_done": bulk.last,
        "page": bulk.page,
        "clients_import_status": status,
    }
    return {"entity_name": "bulk_import", "event_type": "done", "data": data}


def client_created(client: Client) -> dict[str, Any]:
    """The event of a new client (contract section 4.3)."""
    data = {
        "business_id": client.business_uid,
        "client_id": client.id,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "phone": client.phone,
        "address": {"main": client.address},
        "custom_fields": dict(client.custom),
        "created_at": datetime.fromtimestamp(client.created_at, UTC).isoformat(),
    }
    return {"entity_name": "client", "event_type": "created", "data": data}


def send_summary(sandbox: Sandbox, session: Session) -> None:
    """The mail to the staff member who started the import, unless the import asked for none."""
    if not session.order.notify:
        return
    good = session.state == "completed"
    sandbox.outbox.send(
        sender=SENDER,
        to=session.order.staff_email,
        subject="Your client import is complete" if good else "Your client import did not finish",
        text=summary(session),
        group=session.id,
    )


def summary(session: Session) -> str:
    """The number of imported clients and the failed attempts (SEED; the wording is ours)."""
    lines = [
        f"Import from {session.order.app_name}",
        "",
        f"Created: {session.created}",
        f"Updated: {session.updated}",
        f"Skipped: {session.skipped}",
        f"Failed attempts: {session.failed}",
    ]
    if session.ended_because != "complete":
        lines += ["", f"The import ended early: {session.ended_because}"]
    for failure in session.failures[:LISTED]:
        lines.append(f"- page {failure.page}, row {failure.index + 1} ({failure.external_id}): {failure.reason}")
    if len(session.failures) > LISTED:
        lines.append(f"- and {len(session.failures) - LISTED} more")
    return "\n".join(lines) + "\n"


LISTED = 100


def _fire(sandbox: Sandbox, session: Session, event: str, document: dict[str, Any]) -> None:
    profile: IntandemProfile = sandbox.profile
    listeners = sandbox.state.listeners(event, session)
    if not listeners:
        return
    body = orjson.dumps([document] if profile.webhook_envelope == "array" else document)
    policy = Policy(retry_after_s=(profile.webhook_retry_s,) * profile.webhook_retries)
    for subscription in listeners:
        sandbox.deliveries.send(
            event, subscription.target_url, body, group=session.id, policy=policy, sign=_sign(session, profile)
        )


def _sign(session: Session, profile: IntandemProfile) -> Sign | None:
    if profile.webhook_signature == "none":
        return None
    return lambda body, _at: {SIGNATURE: signature(session.order.client_secret, body)}
