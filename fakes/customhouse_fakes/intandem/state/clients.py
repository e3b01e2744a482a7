"""The clients and matters of all businesses of an account, indexed by everything that a call looks them up by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .client import Client, Matter


class Clients:
    """Current versions by id, by business in order of creation, and by e-mail. Each client has its first matter."""

    def __init__(self, *, fold_emails: bool) -> None:
        self._fold = fold_emails
        self.by_id: dict[str, Client] = {}
        self._emails: dict[tuple[str, str], str] = {}
        self._order: dict[str, list[str]] = {}
        self._matters: dict[str, tuple[Matter, ...]] = {}

    def get(self, business_uid: str, id: str) -> Client | None:
        """A client that is not deleted, by id, or None."""
        client = self.by_id.get(id)
        return client if client and client.business_uid == business_uid and not client.deleted else None

    def with_email(self, business_uid: str, email: str | None) -> Client | None:
        """The client of a business that holds an e-mail, or None; blank e-mails belong to nobody."""
        key = self.fold(email)
        id = self._emails.get((business_uid, key)) if key else None
        return self.by_id[id] if id else None

    def of(self, business_uid: str) -> Iterator[Client]:
        """The clients of a business that are not deleted, oldest first."""
        return (self.by_id[id] for id in self._order.get(business_uid, ()))

    def page(self, business_uid: str, first: int, size: int) -> list[Client]:
        """So many of them from the `first` on, counted from 0."""
        return [self.by_id[id] for id in self._order.get(business_uid, [])[first : first + size]]

    def add(self, client: Client, first_matter: Matter) -> Client:
        self._matters[client.id] = (first_matter,)
        self._order.setdefault(client.business_uid, []).append(client.id)
        return self.put(client)

    def put(self, client: Client) -> Client:
        """Store a client, or a new version of one."""
        old = self.by_id.get(client.id)
        if old is not None and old.email and old.email != client.email:
            self._forget_email(old)
        self.by_id[client.id] = client
        if key := self.fold(client.email):
            self._emails.setdefault((client.business_uid, key), client.id)
        return client

    def delete(self, client: Client, now: float) -> Client:
        """Keep a deleted client, inactive and with its e-mail freed by a suffix (contract section 3.3)."""
        self._forget_email(client)
        self._order[client.business_uid].remove(client.id)
        email = f"{client.email}.deleted.{int(now)}" if client.email else None
        gone = replace(client, deleted=True, customer_status="inactive", email=email, updated_at=now)
        self.by_id[client.id] = gone
        return gone

    def matters(self, client: Client) -> tuple[Matter, ...]:
        return self._matters[client.id]

    def add_matter(self, client: Client, matter: Matter) -> Matter:
        self._matters[client.id] = (*self._matters[client.id], matter)
        return matter

    def fold(self, email: str | None) -> str:
        """An e-mail as it is compared; empty for none."""
        text = email or ""
        return text.strip().lower() if self._fold else text

    def copy(self) -> Clients:
        twin = Clients(fold_emails=self._fold)
        twin.by_id = self.by_id.copy()
        twin._emails = self._emails.copy()
        twin._order = {business: ids.copy() for business, ids in self._order.items()}
        twin._matters = self._matters.copy()
        return twin

    def _forget_email(self, client: Client) -> None:
        key = (client.business_uid, self.fold(client.email))
        if self._emails.get(key) == client.id:
            del self._emails[key]
