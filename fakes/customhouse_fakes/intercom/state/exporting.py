"""The workspace as lines: what `GET …/state` shows and what a conformance record stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .attributes import DataAttribute
from .companies import Company
from .contact import Contact
from .workspace import Workspace

Json = dict[str, Any]


def export(workspace: Workspace) -> Iterator[Json]:
    """One object for each record: contacts of every status, custom attributes, companies, tags, notes.

    Contacts name their tags by name and their companies by company_id. What time has made due is done first.
    """
    workspace.settle()
    for attribute in workspace.attributes:
        yield _attribute(attribute)
    for company in workspace.companies:
        yield _company(workspace, company)
    for tag in workspace.tags.rows.values():
        yield {"type": "tag", "id": tag.id, "name": tag.name}
    for contact in workspace.contacts.table.by_id.values():
        yield _contact(workspace, contact)
    for note in workspace.notes.rows.values():
        yield {"type": "note", **asdict(note)}


def _attribute(attribute: DataAttribute) -> Json:
    return {"type": "data_attribute", **asdict(attribute), "options": list(attribute.options)}


def _company(workspace: Workspace, company: Company) -> Json:
    return {
        "type": "company",
        "id": company.id,
        "company_id": company.company_id,
        "name": company.name,
        "plan": company.plan,
        "size": company.size,
        "website": company.website,
        "industry": company.industry,
        "monthly_spend": company.monthly_spend,
        "remote_created_at": company.remote_created_at,
        "custom_attributes": dict(company.custom_attributes),
        "tags": [workspace.tags.rows[id].name for id in company.tags],
        "contacts": workspace.user_count(company),
        "created_at": company.created_at,
        "updated_at": company.updated_at,
    }


def _contact(workspace: Workspace, contact: Contact) -> Json:
    return {
        "type": "contact",
        "status": contact.status,
        "id": contact.id,
        "external_id": contact.external_id,
        "role": contact.role,
        "email": contact.email,
        "phone": contact.phone,
        "name": contact.name,
        "avatar": contact.avatar,
        "signed_up_at": contact.signed_up_at,
        "last_seen_at": contact.last_seen_at,
        "owner_id": contact.owner_id,
        "unsubscribed_from_emails": contact.unsubscribed_from_emails,
        "language_override": contact.language_override,
        "custom_attributes": dict(contact.custom_attributes),
        "tags": [workspace.tags.rows[applied.tag].name for applied in contact.tags],
        "companies": [workspace.companies.by_id[id].company_id for id in contact.companies],
        "notes": len(contact.notes),
        "opted_out": list(contact.opted_out),
        "opted_in": list(contact.opted_in),
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "archived_by": contact.archived_by,
        "merged_into": contact.merged_into,
    }
