"""Records as the vendor's JSON. Key sets as in its swagger files and pages (contract sections 1.4, 3.2 to 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from customhouse_fakes.intandem.state.apps import App, Assignment, Install
from customhouse_fakes.intandem.state.business import Business
from customhouse_fakes.intandem.state.client import Client, Matter
from customhouse_fakes.intandem.state.fields import Field
from customhouse_fakes.intandem.state.subscriptions import Subscription

Json = dict[str, Any]
LISTED_CUSTOM_FIELDS = 3


def platform(data: Any) -> Json:
    """The envelope of `/platform/v1`."""
    return {"data": data, "status": "OK"}


def business(data: Any) -> Json:
    """The envelope of `/business` and `/v3`."""
    return {"data": data, "success": True}


@lru_cache(maxsize=1024)  # what was never changed bears the same instant twice
def stamp(at: float) -> str:
    """`2025-08-05T09:53:15.761+00:00`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def digits(phone: str | None) -> str:
    return "".join(sign for sign in phone or "" if sign.isdigit())


def client(client: Client) -> Json:
    source = client.source
    return {
        "id": client.id,
        "business_uid": client.business_uid,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "mobile_phone": client.phone,
        "address": client.address,
        "customer_status": client.customer_status,
        "opt_in": client.opt_in,
        "source_data": {
            "name": source.name,
            "channel": source.channel,
            "campaign": source.campaign,
            "website_url": source.url,
        },
        "spam": False,
        "tags": list(client.tags),
        "custom_fields": dict(client.custom),
        "created_at": stamp(client.created_at),
        "updated_at": stamp(client.updated_at),
    }


def listed_client(one: Client) -> Json:
    """A client in a list: the source is flat, and the first custom values have numbers."""
    custom = list(one.custom.values())[:LISTED_CUSTOM_FIELDS]
    return {
        **client(one),
        "source": one.source.name,
        "source_url": one.source.url,
        "campaign": one.source.campaign,
        "channel": one.source.channel,
        "normalized_phone": digits(one.phone) or None,
        **{f"custom_field{number}": value for number, value in enumerate(custom, 1)},
    }


def client_matters(matters: Sequence[Matter]) -> Json:
    rows = [
        {
            "uid": one.uid,
            "display_name": one.name,
            "fields": [{"uid": uid, "value": value} for uid, value in one.values],
        }
        for one in matters
    ]
    return {"matter_term": "clients", "matters": rows}


def matter(one: Matter, owner: Client, of: Business) -> Json:
    named = (of.fields.matter_name.id, one.name)
    return {
        "business_uid": of.uid,
        "contacts": [{"display_name": owner.display_name, "uid": owner.id}],
        "created_at": stamp(one.created_at),
        "deleted": False,
        "display_name": one.name,
        "fields": [{"uid": uid, "value": value} for uid, value in (named, *one.values)],
        "last_activity_action": None,
        "last_activity_time": None,
        "staff": {"uid": of.staff_uid},
        "tags": list(one.tags),
        "uid": one.uid,
        "updated_at": stamp(one.created_at),
    }


def field(one: Field) -> Json:
    return {
        "default_value": one.default_value,
        "deleted": False,
        "forms": list(one.forms),
        "id": one.id,
        "keep_asking": one.keep_asking,
        "label": one.label,
        "object_type": one.object_type,
        "options": list(one.options),
        "required": one.required,
        "type": one.type,
    }


def new_app(app: App) -> Json:
    """An app on creation: the only time that its secret is shown."""
    return {
        "app_code_name": app.app_code_name,
        "app_id": app.app_id,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "name": app.name,
    }


def app(one: App) -> Json:
    return {
        "api_uri": one.api_uri,
        "app_code_name": one.app_code_name,
        "app_id": one.app_id,
        "app_type": list(one.app_type),
        "name": one.name,
        "redirect_uri": one.redirect_uri,
        "url_params": list(one.url_params),
    }


def assignment(one: Assignment) -> Json:
    return {
        "uid": one.uid,
        "app_code_name": one.app_code_name,
        "assignee_uid": one.assignee_uid,
        "assignee_type": one.assignee_type,
        "settings": {"assignment_mode": one.mode},
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
    }


def install(one: Install) -> Json:
    return {
        "uid": one.uid,
        "app_code_name": one.app_code_name,
        "business_uid": one.business_uid,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
    }


def subscription(one: Subscription) -> Json:
    entity, _, event_type = one.event.partition("/")
    return {"id": one.id, "entity": entity, "event_type": event_type, "url": one.target_url}
