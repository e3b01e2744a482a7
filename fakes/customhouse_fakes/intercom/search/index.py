"""What searches see: contacts as they were `lag_s` seconds ago, indexed by the fields that are looked up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from customhouse_fakes.core.indexes import MultiIndex
from customhouse_fakes.intercom.state.contact import Contact

LOOKED_UP = ("external_id", "email", "phone", "role")


class SearchIndex:
    """Versions become visible in the order of their writes, each `lag_s` after its own (deletes lag too)."""

    def __init__(self, *, lag_s: float, fold: Callable[[str], str], now: Callable[[], float]) -> None:
        self.version = 0
        self.documents: dict[str, Contact] = {}
        self._lag_s = lag_s
        self._now = now
        self.fold = fold
        self._pending: deque[tuple[float, Contact]] = deque()
        self._by_value: dict[str, MultiIndex[str]] = {field: MultiIndex() for field in LOOKED_UP}

    def submit(self, contact: Contact) -> None:
        """Take a new version in, at once or when its time has come."""
        if self._lag_s > 0:
            self._pending.append((self._now() + self._lag_s, contact))
        else:
            self.show(contact)

    def catch_up(self) -> None:
        """Make visible what was written up to `lag_s` ago."""
        now = self._now()
        while self._pending and self._pending[0][0] <= now:
            self.show(self._pending.popleft()[1])

    def lookup(self, field: str, value: str) -> Collection[str] | None:
        """Ids of visible contacts whose field has that value; None if the field has no index."""
        if field == "id":
            return (value,) if value in self.documents else ()
        index = self._by_value.get(field)
        return None if index is None else index.ids(self._key(field, value))

    def copy(self) -> SearchIndex:
        twin = SearchIndex(lag_s=self._lag_s, fold=self.fold, now=self._now)
        twin.version = self.version
        twin.documents = self.documents.copy()
        twin._pending = self._pending.copy()
        twin._by_value = {field: index.copy() for field, index in self._by_value.items()}
        return twin

    def show(self, contact: Contact) -> None:
        """Make a version visible now."""
        self.version += 1
        old = self.documents.pop(contact.id, None) if contact.status != "active" else self.documents.get(contact.id)
        for field, index in self._by_value.items():
            before = getattr(old, field) if old is not None else None
            after = getattr(contact, field) if contact.status == "active" else None
            if before == after:
                continue
            if before:
                index.drop(self._key(field, before), contact.id)
            if after:
                index.put(self._key(field, after), contact.id)
        if contact.status == "active":
            self.documents[contact.id] = contact

    def _key(self, field: str, value: str) -> str:
        return self.fold(value) if field == "email" else value
