"""The account as lines: what `GET …/state` shows and what a conformance record stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .account import Account
from .client import Client
from .session import Session

Json = dict[str, Any]


def export(account: Account) -> Iterator[Json]:
    """One object for each business, session, client (deleted ones too), mail and webhook delivery."""
    for business in account.businesses.values():
        yield {
            "type": "business",
            "uid": business.uid,
            "name": business.name,
            "staff_uid": business.staff_uid,
            "staff_email": business.staff_email,
            "fields": [
                {"label": field.label, "type": field.type, "object_type": field.object_type}
                for field in business.fields
            ],
        }
    for session in account.sessions.values():
        yield session_line(session)
    for client in account.clients.by_id.values():
        yield _client(account, client)
    yield from account.sent()


def session_line(session: Session) -> Json:
    """A session as the control plane and the records show it."""
    order = session.order
    return {
        "type": "session",
        "id": session.id,
        "business_uid": order.business_uid,
        "staff_uid": order.staff_uid,
        "app_code_name": order.app_code_name,
        "state": session.state,
        "ended": session.ended,
        "page": session.page,
        "pages_asked": session.pages_asked,
        "received": session.received,
        "created": session.created,
        "updated": session.updated,
        "skipped": session.skipped,
        "failed": session.failed,
        "left_out": session.left_out,
        "failures": [asdict(failure) for failure in session.failures],
        "flags": list(session.flags),
        "ignored_mappings": list(order.mapping.ignored),
        "last_error": session.last_error,
        "ended_because": session.ended_because,
        "stressed": order.plan.stressed,
        "should_override": order.should_override,
        "upload_type": "multi" if order.multi else "single",
        "tag": session.tag,
        "session_id_given": session.form,
        "restarted_from": session.restarted_from,
        "created_at": session.created_at,
        "ended_at": session.ended_at,
    }


def _client(account: Account, client: Client) -> Json:
    return {
        "type": "client",
        "status": "deleted" if client.deleted else "active",
        "id": client.id,
        "business_uid": client.business_uid,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "phone": client.phone,
        "address": client.address,
        "external_id": client.external_id,
        "custom_fields": dict(client.custom),
        "source": client.source.name,
        "tags": list(client.tags),
        "matters": [matter.name for matter in account.clients.matters(client)],
        "created_at": client.created_at,
        "updated_at": client.updated_at,
        "created_by": client.created_by,
    }
