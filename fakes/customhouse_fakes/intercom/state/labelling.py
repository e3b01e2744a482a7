"""Putting tags, notes and subscriptions on contacts and companies (contract section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.versions import Version

from .companies import Company
from .contact import AppliedTag, Contact
from .labels import Note, SubscriptionType, Tag, paragraph
from .workspace import Workspace

# consent_type -> where a contact keeps its subscription types.
CONSENTS: Mapping[str, str] = {"opt_in": "opted_in", "opt_out": "opted_out"}


@dataclass(frozen=True, slots=True)
class Tagging:
    """What `POST /tags` did: the tag, and what it was put on (True) or taken off (False)."""

    tag: Tag
    users: tuple[tuple[str, bool], ...] = ()
    companies: tuple[tuple[str, bool], ...] = ()


def make_tag(workspace: Workspace, body: Mapping[str, Any], version: Version) -> Tagging:
    """Create or rename a tag, or tag users or companies by the tag's name. Nothing is changed if one is not found."""
    users = [workspace.contacts.get(str(row["id"]), version) for row in body.get("users") or ()]
    companies = [(_company(workspace, row), bool(row.get("untag"))) for row in body.get("companies") or ()]
    if body.get("id") is not None:
        tag = workspace.tags.put(replace(workspace.tag(body["id"]), name=body["name"]))
    else:
        tag = workspace.tag_named(body["name"])
    for contact in users:
        _put_tag(workspace, contact, tag)
    for company, untag in companies:
        kept = tuple(id for id in workspace.companies.by_id[company.id].tags if id != tag.id)
        workspace.companies.put(replace(company, tags=kept if untag else (*kept, tag.id)))
    return Tagging(
        tag,
        tuple((contact.id, True) for contact in users),
        tuple((company.company_id, not untag) for company, untag in companies),
    )


def delete_tag(workspace: Workspace, id: str) -> None:
    """Delete a tag, and take it off everything."""
    tag = workspace.tag(id)
    for contact in list(workspace.contacts.table.by_id.values()):
        if any(applied.tag == tag.id for applied in contact.tags):
            _take_tag(workspace, contact, tag)
    for company in list(workspace.companies):
        if tag.id in company.tags:
            workspace.companies.put(replace(company, tags=tuple(t for t in company.tags if t != tag.id)))
    del workspace.tags.rows[tag.id]


def attach_tag(workspace: Workspace, contact_id: str, tag_id: object, version: Version) -> tuple[Tag, AppliedTag]:
    """Put a tag on a contact; a second time changes nothing."""
    contact = workspace.contacts.get(contact_id, version)
    tag = workspace.tag(tag_id)
    return tag, _put_tag(workspace, contact, tag)


def detach_tag(workspace: Workspace, contact_id: str, tag_id: str, version: Version) -> tuple[Tag, AppliedTag]:
    contact = workspace.contacts.get(contact_id, version)
    tag = workspace.tag(tag_id)
    for applied in contact.tags:
        if applied.tag == tag.id:
            _take_tag(workspace, contact, tag)
            return tag, applied
    raise refuse("resource_not_found", kind="tag on this contact", id=tag_id)


def add_note(workspace: Workspace, contact_id: str, body: Mapping[str, Any], version: Version) -> Note:
    """A note by `admin_id`, or by the token's own teammate."""
    contact = workspace.contacts.get(contact_id, version)
    if not body.get("body"):
        raise refuse("parameter_missing", field="body")
    author = str(body["admin_id"]) if body.get("admin_id") is not None else workspace.admin.id
    if author not in workspace.admins.rows:
        raise refuse("resource_not_found", kind="admin", id=author)
    text = paragraph(body["body"])
    note = workspace.notes.put(Note(workspace.notes.next_id(), contact.id, author, text, workspace.stamp))
    workspace.change(contact, notes=(*contact.notes, note.id))
    return note


def attach_subscription(
    workspace: Workspace, contact_id: str, body: Mapping[str, Any], version: Version
) -> SubscriptionType:
    """Opt a contact in to, or out of, a subscription type."""
    contact = workspace.contacts.get(contact_id, version)
    id = str(body.get("id"))
    subscription = workspace.subscriptions.rows.get(id)
    if subscription is None:
        raise refuse("resource_not_found", kind="subscription type", id=id)
    field = CONSENTS.get(str(body.get("consent_type")))
    if field is None:
        raise refuse("consent_type", value=body.get("consent_type"))
    held: tuple[str, ...] = getattr(contact, field)
    if id not in held:
        workspace.change(contact, **{field: (*held, id)})
    return subscription


def _company(workspace: Workspace, row: Mapping[str, Any]) -> Company:
    if row.get("id") is not None:
        return workspace.companies.get(str(row["id"]))
    company = workspace.companies.with_company_id(str(row.get("company_id") or ""))
    if company is None:
        raise refuse("company_not_found")
    return company


def _put_tag(workspace: Workspace, contact: Contact, tag: Tag) -> AppliedTag:
    for applied in contact.tags:
        if applied.tag == tag.id:
            return applied
    applied = AppliedTag(tag.id, workspace.stamp, workspace.admin.id)
    workspace.change(contact, tags=(*contact.tags, applied))
    return applied


def _take_tag(workspace: Workspace, contact: Contact, tag: Tag) -> None:
    workspace.change(contact, tags=tuple(applied for applied in contact.tags if applied.tag != tag.id))
