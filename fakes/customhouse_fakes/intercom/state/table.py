"""The contacts of a workspace, indexed by everything that a call looks them up by."""

from __future__ import annotations

from collections.abc import Collection

from customhouse_fakes.core.indexes import MultiIndex

from .contact import Contact
from .indexes import CreationOrder

ASCII_SPACE = " \t\r\n\v\f"


class ContactTable:
    """Current versions by id, active ones in order of creation, and who holds which external_id and email."""

    __slots__ = ("_companies", "_emails", "_external_ids", "_fold", "by_id", "order")

    def __init__(self, *, fold_emails: bool) -> None:
        self._fold = fold_emails
        self.by_id: dict[str, Contact] = {}
        self.order = CreationOrder()
        self._external_ids: MultiIndex[str] = MultiIndex()
        self._emails: MultiIndex[str] = MultiIndex()
        self._companies: MultiIndex[str] = MultiIndex()

    def put(self, contact: Contact) -> None:
        """Insert a contact, or replace its previous version."""
        old = self.by_id.get(contact.id)
        if old is not None:
            self._unindex(old)
        self.by_id[contact.id] = contact
        if contact.status == "active":
            self.order.put(contact.order)
            for company in contact.companies:
                self._companies.put(company, contact.id)
        if _holds_details(contact):
            if contact.external_id:
                self._external_ids.put(contact.external_id, contact.id)
            if contact.email:
                self._emails.put(self.fold(contact.email), contact.id)

    def with_external_id(self, external_id: str | None) -> Collection[str]:
        """Ids of the users, of whatever status, that hold an external_id."""
        return self._external_ids.ids(external_id) if external_id else ()

    def with_email(self, email: str | None) -> Collection[str]:
        """Ids of the users, of whatever status, that hold an email."""
        return self._emails.ids(self.fold(email)) if email else ()

    def in_company(self, company: str) -> Collection[str]:
        """Ids of the active contacts that are attached to a company (its Intercom id)."""
        return self._companies.ids(company)

    def populated_companies(self) -> Collection[str]:
        """Companies that have an active contact."""
        return self._companies.keys()

    def fold(self, email: str) -> str:
        """An email as it is compared (contract section 10, item 4)."""
        return email.strip(ASCII_SPACE).lower() if self._fold else email

    def copy(self) -> ContactTable:
        twin = ContactTable(fold_emails=self._fold)
        twin.by_id = self.by_id.copy()
        twin.order = self.order.copy()
        twin._external_ids = self._external_ids.copy()
        twin._emails = self._emails.copy()
        twin._companies = self._companies.copy()
        return twin

    def _unindex(self, contact: Contact) -> None:
        if contact.status == "active":
            self.order.drop(contact.order)
            for company in contact.companies:
                self._companies.drop(company, contact.id)
        if _holds_details(contact):
            if contact.external_id:
                self._external_ids.drop(contact.external_id, contact.id)
            if contact.email:
                self._emails.drop(self.fold(contact.email), contact.id)


def _holds_details(contact: Contact) -> bool:
    return contact.role == "user" or contact.status == "merged"
