"""What stands around contacts: companies, tags, notes, subscriptions, teammates (contract section 5)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.intercom.state.companies import Company
from customhouse_fakes.intercom.state.contact import AppliedTag
from customhouse_fakes.intercom.state.labels import Admin, Note, SubscriptionType, Tag
from customhouse_fakes.intercom.state.workspace import Workspace
from customhouse_fakes.intercom.versions import Version

Json = dict[str, Any]
AVATAR_OF_ADMINS = "https://static.intercomassets.com/assets/default-avatars/admins/128.png"


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
