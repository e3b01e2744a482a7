"""Putting records in directly: contacts of any status, attributes, companies. No limits, no refusals.

Contacts are searchable at once, unless they are seeded as `fresh`: then search lags behind them as behind a write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customhouse_fakes.core.errors import SeedError
from customhouse_fakes.intercom.schemas import schema

from .attributes import DataAttribute
from .companies import Company
from .contact import AppliedTag, Contact
from .labels import Admin
from .workspace import Workspace

PLAIN = (
    "email",
    "phone",
    "name",
    "avatar",
    "language_override",
    "owner_id",
    "unsubscribed_from_emails",
    "signed_up_at",
    "last_seen_at",
    "custom_attributes",
    "merged_into",
    "seen",
)


def seed(workspace: Workspace, document: Mapping[str, Any]) -> dict[str, int]:
    """Add the records of a seed document (`schemas/seed.json`) and count them.

    Raises `SeedError` naming everything that is wrong, and then has changed nothing.
    """
    problems = schema("seed").problems(document)
    if problems:
        raise SeedError("the seed document was refused", problems=[str(problem) for problem in problems])
    for row in document.get("admins", ()):
        workspace.admins.put(Admin(row["id"], row.get("name", ""), row.get("email", "")))
    for row in document.get("data_attributes", ()):
        _attribute(workspace, row)
    for row in document.get("companies", ()):
        _company(workspace, row)
    for name in document.get("tags", ()):
        workspace.tag_named(name)
    for row in document.get("contacts", ()):
        _contact(workspace, row)
    return {key: len(rows) for key, rows in document.items()}


def _attribute(workspace: Workspace, row: Mapping[str, Any]) -> None:
    now = workspace.stamp
    attributes = workspace.attributes
    attributes.put(
        DataAttribute(
            id=attributes.next_id(),
            name=row["name"],
            model=row.get("model", "contact"),
            data_type=row["data_type"],
            created_at=now,
            updated_at=now,
            admin_id=workspace.admin.id,
            options=tuple(row.get("options", ())),
            description=row.get("description", ""),
            archived=row.get("archived", False),
            in_use=row.get("in_use", False),
        )
    )


def _company(workspace: Workspace, row: Mapping[str, Any]) -> Company:
    now = workspace.stamp
    fields = {key: value for key, value in row.items() if key != "id"}
    return workspace.companies.put(
        Company(id=row.get("id") or workspace.companies.new_id(now), created_at=now, updated_at=now, **fields)
    )


def _contact(workspace: Workspace, row: Mapping[str, Any]) -> None:
    now = workspace.stamp
    created_at = row.get("created_at", now)
    status, role = row.get("status", "active"), row.get("role", "user")
    workspace.contacts.plant(
        Contact(
            id=row.get("id") or workspace.contacts.new_id(created_at),
            role=role,
            external_id=row.get("external_id") or (workspace.contacts.new_external_id() if role == "lead" else None),
            created_at=created_at,
            updated_at=row.get("updated_at", created_at),
            status=status,
            archived_by=row.get("archived_by") or ("api" if status == "archived" else None),
            deleted_at=now if status == "deleted" else None,
            tags=tuple(
                AppliedTag(workspace.tag_named(name).id, now, workspace.admin.id) for name in row.get("tags", ())
            ),
            companies=tuple(_company_id(workspace, company_id) for company_id in row.get("companies", ())),
            **{key: row[key] for key in PLAIN if key in row},
        ),
        fresh=row.get("fresh", False),
    )


def _company_id(workspace: Workspace, company_id: str) -> str:
    company = workspace.companies.with_company_id(company_id)
    return (company or _company(workspace, {"company_id": company_id})).id
