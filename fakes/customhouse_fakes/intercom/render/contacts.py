"""Contacts: key order and key set of contract section 2.1, by version.

`contact` is on the hot path: it fills in a copy of what every contact has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import orjson

from customhouse_fakes.intercom.profile import IntercomProfile
from customhouse_fakes.intercom.state.contact import Contact
from customhouse_fakes.intercom.state.workspace import Workspace
from customhouse_fakes.intercom.versions import Version

Json = dict[str, Any]
STUBS = 10

#: Every key in its place (contract section 2.1).
KEYS: list[str] = orjson.loads(files(__package__).joinpath("contact_keys.json").read_bytes())
#: What only the messenger writes; a contact that it never saw has none of it.
SEEN = (
    *(key for key in KEYS if key.startswith(("browser", "android_", "ios_", "utm_"))),
    "has_hard_bounced",
    "marked_email_as_spam",
    "last_replied_at",
    "last_contacted_at",
    "last_email_opened_at",
    "last_email_clicked_at",
    "os",
    "referrer",
    "enabled_push_messaging",
)
PLACE = {"type": "location"} | dict.fromkeys(("country", "region", "city", "country_code", "continent_code"))
BLANK: Json = dict.fromkeys(KEYS) | {
    "type": "contact",
    "has_hard_bounced": False,
    "marked_email_as_spam": False,
    "location": PLACE,
}


def contact(workspace: Workspace, record: Contact, version: Version, *, merge_history: bool = False) -> Json:
    """A contact. `merge_history` adds the list that `include_merge_history=true` asks for (users, from 2.16)."""
    base = f"/contacts/{record.id}"
    body = BLANK | {
        "id": record.id,
        "workspace_id": workspace.code,
        "external_id": record.external_id,
        "role": record.role,
        "email": record.email,
        "phone": record.phone,
        "name": record.name,
        "avatar": _avatar(record.avatar, workspace.profile),
        "owner_id": _owner(record.owner_id, version),
        "social_profiles": {"type": "list", "data": []},
        "unsubscribed_from_emails": record.unsubscribed_from_emails,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "signed_up_at": record.signed_up_at,
        "last_seen_at": record.last_seen_at,
        "language_override": record.language_override,
        "custom_attributes": dict(record.custom_attributes),
        "tags": _stubs("tag", [applied.tag for applied in record.tags], f"{base}/tags"),
        "notes": _stubs("note", record.notes, f"{base}/notes"),
        "companies": _stubs("company", record.companies, f"{base}/companies"),
        "opted_out_subscription_types": _stubs("subscription", record.opted_out, f"{base}/subscriptions"),
        "opted_in_subscription_types": _stubs("subscription", record.opted_in, f"{base}/subscriptions"),
    }
    if record.seen:
        body |= _seen(record.seen)
    if version.has("formatted_phone"):
        body = _with_formatted_phone(body)
    if merge_history and record.role == "user" and version.has("merge_history"):
        body["merge_history"] = [
            {
                "type": "merge_history",
                "source_contact_id": merge.source,
                "source_contact_role": merge.role,
                "merged_at": merge.at,
            }
            for merge in record.merges
        ]
    return body


def _seen(seen: Mapping[str, Any]) -> Json:
    """What the messenger wrote: keys of the contact, and those of its location as `location.country`."""
    place = {key: seen.get(f"location.{key}", value) for key, value in PLACE.items()}
    return {key: seen[key] for key in SEEN if key in seen} | {"location": place}


def reference(record: Contact, verb: str, value: bool, version: Version) -> Json:
    """What archive, unarchive, delete and block answer: which contact, and what is true of it now."""
    if not version.has("contact_reference"):
        return {"id": record.id, "object": "contact", verb: value}
    return {"id": record.id, "external_id": record.external_id, "type": "contact", verb: value}


def _with_formatted_phone(body: Json) -> Json:
    """`formatted_phone` behind `phone` (2.11 and Preview). Formatting is not ours: it is the phone as it was sent."""
    formatted: Json = {}
    for key, value in body.items():
        formatted[key] = value
        if key == "phone":
            formatted["formatted_phone"] = value
    return formatted


def _stubs(type: str, ids: Sequence[str], url: str) -> Json:
    """A sub-list: at most ten stubs, and where the rest is (OAS `contact_notes`)."""
    return {
        "type": "list",
        "data": [{"id": id, "type": type, "url": f"/{_PLURALS[type]}/{id}"} for id in ids[:STUBS]] if ids else [],
        "url": url,
        "total_count": len(ids),
        "has_more": len(ids) > STUBS,
    }


_PLURALS = {"tag": "tags", "note": "notes", "company": "companies", "subscription": "subscriptions"}


def _avatar(address: str | None, profile: IntercomProfile) -> Json | str | None:
    if address is None or profile.avatar_as == "text":
        return address
    return {"type": "avatar", "image_url": address}


def _owner(id: int | None, version: Version) -> int | str | None:
    return str(id) if id is not None and version.has("owner_id_text") else id
