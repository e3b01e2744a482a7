"""Records as the JSON that Intercom answers with: key order and key set of contract section 2.1, by version.

All functions are pure; `contact` is on the hot path and builds its dictionary in one expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .paging import Page
from .profile import IntercomProfile
from .state.attributes import DataAttribute, StandardAttribute
from .state.bulk import Job
from .state.companies import Company
from .state.contact import AppliedTag, Contact
from .state.labels import Admin, Note, SubscriptionType, Tag
from .state.workspace import Workspace
from .versions import Version

Json = dict[str, Any]
STUBS = 10
AVATAR_OF_ADMINS = "https://static.intercomassets.com/assets/default-avatars/admins/128.png"


def contact(workspace: Workspace, record: Contact, version: Version, *, merge_history: bool = False) -> Json:
    """A contact. `merge_history` adds the list that `include_merge_history=true` asks for (users, from 2.16)."""
    seen = record.seen.get
    base = f"/contacts/{record.id}"
    body = {
        "type": "contact",
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
        "has_hard_bounced": seen("has_hard_bounced", False),
        "marked_email_as_spam": seen("marked_email_as_spam", False),
        "unsubscribed_from_emails": record.unsubscribed_from_emails,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "signed_up_at": record.signed_up_at,
        "last_seen_at": record.last_seen_at,
        "last_replied_at": seen("last_replied_at"),
        "last_contacted_at": seen("last_contacted_at"),
        "last_email_opened_at": seen("last_email_opened_at"),
        "last_email_clicked_at": seen("last_email_clicked_at"),
        "language_override": record.language_override,
        "browser": seen("browser"),
        "browser_version": seen("browser_version"),
        "browser_language": seen("browser_language"),
        "os": seen("os"),
        "location": {
            "type": "location",
            "country": seen("location.country"),
            "region": seen("location.region"),
            "city": seen("location.city"),
            "country_code": seen("location.country_code"),
            "continent_code": seen("location.continent_code"),
        },
        "android_app_name": seen("android_app_name"),
        "android_app_version": seen("android_app_version"),
        "android_device": seen("android_device"),
        "android_os_version": seen("android_os_version"),
        "android_sdk_version": seen("android_sdk_version"),
        "android_last_seen_at": seen("android_last_seen_at"),
        "ios_app_name": seen("ios_app_name"),
        "ios_app_version": seen("ios_app_version"),
        "ios_device": seen("ios_device"),
        "ios_os_version": seen("ios_os_version"),
        "ios_sdk_version": seen("ios_sdk_version"),
        "ios_last_seen_at": seen("ios_last_seen_at"),
        "custom_attributes": dict(record.custom_attributes),
        "tags": _stubs("tag", [applied.tag for applied in record.tags], f"{base}/tags"),
        "notes": _stubs("note", record.notes, f"{base}/notes"),
        "companies": _stubs("company", record.companies, f"{base}/companies"),
        "opted_out_subscription_types": _stubs("subscription", record.opted_out, f"{base}/subscriptions"),
        "opted_in_subscription_types": _stubs("subscription", record.opted_in, f"{base}/subscriptions"),
        "utm_campaign": seen("utm_campaign"),
        "utm_content": seen("utm_content"),
        "utm_medium": seen("utm_medium"),
        "utm_source": seen("utm_source"),
        "utm_term": seen("utm_term"),
        "referrer": seen("referrer"),
        "enabled_push_messaging": seen("enabled_push_messaging"),
    }
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


def reference(record: Contact, verb: str, value: bool, version: Version) -> Json:
    """What archive, unarchive, delete and block answer: which contact, and what is true of it now."""
    if not version.has("contact_reference"):
        return {"id": record.id, "object": "contact", verb: value}
    return {"id": record.id, "external_id": record.external_id, "type": "contact", verb: value}


def page(page: Page[Any], row: Callable[[Any], Json], *, null_next: bool = False) -> Json:
    """A list with pages. On the last page of contacts `next` is absent, of other things null (section 2.7)."""
    pages: Json = {"type": "pages"}
    if page.next is not None:
        pages["next"] = {"page": page.number + 1, "starting_after": page.next}
    elif null_next:
        pages["next"] = None
    pages |= {"page": page.number, "per_page": page.per_page, "total_pages": page.total_pages}
    return {"type": "list", "data": [row(record) for record in page.rows], "total_count": page.total, "pages": pages}


def plain_list(rows: Iterable[Json]) -> Json:
    """A list without pages."""
    return {"type": "list", "data": list(rows)}


def company(workspace: Workspace, record: Company) -> Json:
    """A company. `app_id` is the workspace's code; unset optional texts are absent, as in the OAS examples."""
    body: Json = {
        "type": "company",
        "company_id": record.company_id,
        "id": record.id,
        "app_id": workspace.code,
        "name": record.name,
        "remote_created_at": record.remote_created_at,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "last_request_at": record.last_request_at,
        "size": record.size,
        "website": record.website,
        "industry": record.industry,
        "monthly_spend": record.monthly_spend,
        "session_count": 0,
        "user_count": workspace.user_count(record),
        "tags": {"type": "tag.list", "tags": [tag(workspace.tags.rows[id]) for id in record.tags]},
        "segments": {"type": "segment.list", "segments": []},
        "plan": {"type": "plan", "id": record.plan, "name": record.plan} if record.plan else {},
        "custom_attributes": dict(record.custom_attributes),
    }
    return {key: value for key, value in body.items() if value is not None}


def tag(record: Tag, applied: AppliedTag | None = None, version: Version | None = None) -> Json:
    """A tag; with `applied` one that is on a contact (when and by whom it was put there, in later versions)."""
    body: Json = {"type": "tag", "id": record.id, "name": record.name}
    if applied is not None and version is not None and version.has("tag_applied"):
        body |= {"applied_at": applied.at, "applied_by": {"type": "admin", "id": applied.admin}}
    return body


def note(workspace: Workspace, record: Note) -> Json:
    return {
        "type": "note",
        "id": record.id,
        "created_at": record.created_at,
        "contact": {"type": "contact", "id": record.contact},
        "author": admin(workspace.admins.rows[record.author])
        | {"away_mode_enabled": False, "away_mode_reassign": False},
        "body": record.body,
    }


def subscription(record: SubscriptionType) -> Json:
    translation = {"name": record.name, "description": record.description, "locale": "en"}
    return {
        "type": "subscription",
        "id": record.id,
        "state": "live",
        "consent_type": record.consent_type,
        "default_translation": translation,
        "translations": [translation],
        "content_types": list(record.content_types),
    }


def admin(record: Admin) -> Json:
    return {"type": "admin", "id": record.id, "name": record.name, "email": record.email}


def me(workspace: Workspace) -> Json:
    """The token's teammate with the embedded app."""
    return admin(workspace.admin) | {
        "email_verified": True,
        "app": {
            "type": "app",
            "id_code": workspace.code,
            "name": "Customhouse",
            "created_at": workspace.created_at,
            "secure": False,
            "identity_verification": False,
            "timezone": workspace.profile.timezone,
            "region": workspace.profile.region,
        },
        "avatar": {"type": "avatar", "image_url": AVATAR_OF_ADMINS},
        "has_inbox_seat": True,
    }


def data_attribute(record: StandardAttribute | DataAttribute) -> Json:
    """An attribute; `description` and `options` are absent when empty, ids and stamps on custom ones only."""
    if isinstance(record, StandardAttribute):
        return {
            "type": "data_attribute",
            "name": record.name,
            "full_name": record.full_name,
            "label": record.label,
            "data_type": record.data_type,
            "api_writable": record.api_writable,
            "ui_writable": False,
            "messenger_writable": True,
            "custom": False,
            "archived": False,
            "model": record.model,
        }
    body: Json = {
        "id": record.id,
        "type": "data_attribute",
        "name": record.name,
        "full_name": f"custom_attributes.{record.name}",
        "label": record.name,
        "description": record.description or None,
        "data_type": record.data_type,
        "options": list(record.options) or None,
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": record.messenger_writable,
        "custom": True,
        "archived": record.archived,
        "admin_id": record.admin_id,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "model": record.model,
    }
    return {key: value for key, value in body.items() if value is not None}


def job(record: Job) -> Json:
    """A bulk job: neither created ids nor per-item errors are shown (contract section 7)."""
    return {
        "id": record.id,
        "type": "contacts.bulk.job",
        "state": record.state,
        "created_at": int(record.created_at),
        "updated_at": int(record.updated_at),
        "completed_at": _whole(record.completed_at),
        "tasks": [
            {
                "id": task.id,
                "item_count": task.item_count,
                "state": task.state,
                "created_at": int(task.created_at),
                "started_at": _whole(task.started_at),
                "completed_at": _whole(task.completed_at),
            }
            for task in record.tasks
        ],
        "url": f"https://api.intercom.io/contacts/bulk/{record.id}",
    }


def _whole(at: float | None) -> int | None:
    return None if at is None else int(at)
