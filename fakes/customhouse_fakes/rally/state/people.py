"""The people of a workspace, indexed by everything that a call looks them up by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from customhouse_fakes.core.indexes import MultiIndex

from .matching import Matching
from .person import Person


class Finder:
    """Ids of people by e-mail, additional e-mail, phone and unique value."""

    __slots__ = ("_emails", "_matching", "_phones", "_secondary", "_unique")

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._emails: MultiIndex[str] = MultiIndex()
        self._secondary: MultiIndex[str] = MultiIndex()
        self._phones: MultiIndex[str] = MultiIndex()
        self._unique: MultiIndex[tuple[str, Any]] = MultiIndex()

    def enter(self, person: Person, unique: frozenset[str]) -> None:
        for index, key in self._keys(person, unique):
            index.put(key, person.id)

    def leave(self, person: Person, unique: frozenset[str]) -> None:
        for index, key in self._keys(person, unique):
            index.drop(key, person.id)

    def email(self, email: str) -> str | None:
        return _first(self._emails, self._matching.email(email))

    def secondary(self, email: str) -> str | None:
        return _first(self._secondary, self._matching.email(email))

    def phone(self, phone: str) -> str | None:
        return _first(self._phones, self._matching.phone(phone))

    def unique(self, property_id: str, value: Any) -> str | None:
        return _first(self._unique, (property_id, value))

    def copy(self) -> Finder:
        twin = Finder(self._matching)
        for name in ("_emails", "_secondary", "_phones", "_unique"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def _keys(self, person: Person, unique: frozenset[str]) -> Iterator[tuple[MultiIndex[Any], Any]]:
        if person.email and (key := self._matching.email(person.email)):
            yield self._emails, key
        for email in person.additional_emails:
            yield self._secondary, self._matching.email(email)
        if person.phone and (key := self._matching.phone(person.phone)):
            yield self._phones, key
        for property_id in unique:
            if property_id in person.values:
                yield self._unique, (property_id, person.values[property_id])


class People:
    """Current versions by id, deleted ones too; the living in order of creation.

    `unique` are the ids of unique properties: `watch` adds one, which nobody may hold a value of yet.
    """

    def __init__(self, matching: Matching, *, match_secondary: bool) -> None:
        self._match_secondary = match_secondary
        self._living = Finder(matching)
        self._dead = Finder(matching)
        self._unique: frozenset[str] = frozenset()
        self._rows: list[str] = []
        self.by_id: dict[str, Person] = {}
        self.total = 0

    def watch(self, property_id: str) -> None:
        self._unique |= {property_id}

    @property
    def next_number(self) -> int:
        return len(self._rows)

    def get(self, id: str | None) -> Person | None:
        """A person that is not deleted, by id, or None."""
        person = self.by_id.get(id) if id is not None else None
        return person if person is not None and not person.deleted else None

    def find(self, id_or_email: str) -> Person | None:
        return self.get(id_or_email) or self.with_email(id_or_email)

    def with_email(self, email: str, *, deleted: bool = False) -> Person | None:
        """Who holds an e-mail as the primary one; else, if the switch says so, as an additional one."""
        finder = self._dead if deleted else self._living
        id = finder.email(email)
        if id is None and self._match_secondary:
            id = finder.secondary(email)
        return self.by_id[id] if id is not None else None

    def with_phone(self, phone: str, *, deleted: bool = False) -> Person | None:
        """Who holds a phone as the primary one, the eldest of several."""
        id = (self._dead if deleted else self._living).phone(phone)
        return self.by_id[id] if id is not None else None

    def with_unique(self, property_id: str, value: Any, *, deleted: bool = False) -> Person | None:
        """Who holds a value of a unique property."""
        id = (self._dead if deleted else self._living).unique(property_id, value)
        return self.by_id[id] if id is not None else None

    def after(self, number: int = -1) -> Iterator[Person]:
        """The living in order of creation, from the one after `number` on (-1: from the first)."""
        for at in range(number + 1, len(self._rows)):
            person = self.by_id[self._rows[at]]
            if not person.deleted:
                yield person

    def __iter__(self) -> Iterator[Person]:
        return self.after()

    def put(self, person: Person) -> Person:
        """Store a person, or a new version of one."""
        old = self.by_id.get(person.id)
        if old is None:
            self._rows.append(person.id)
            self._finder(person).enter(person, self._unique)
        elif not _same_keys(old, person, self._unique):
            self._finder(old).leave(old, self._unique)
            self._finder(person).enter(person, self._unique)
        self.total += (not person.deleted) - (old is not None and not old.deleted)
        self.by_id[person.id] = person
        return person

    def delete(self, person: Person, now: float) -> Person:
        """Keep a deleted person; nobody finds it any more, but for what revives it (contract section 3.2, P23)."""
        return self.put(replace(person, deleted=True, updated_at=now, updated_by="api"))

    def _finder(self, person: Person) -> Finder:
        return self._dead if person.deleted else self._living

    def copy(self) -> People:
        twin = People.__new__(People)
        twin.__dict__.update(self.__dict__)
        twin._living, twin._dead = self._living.copy(), self._dead.copy()
        twin._rows, twin.by_id = self._rows.copy(), self.by_id.copy()
        return twin


def _first(index: MultiIndex[Any], key: Any) -> str | None:
    return next(iter(index.ids(key)), None)


def _same_keys(old: Person, new: Person, unique: frozenset[str]) -> bool:
    """Whether both versions are found in the same ways."""
    return (
        old.deleted == new.deleted
        and old.email == new.email
        and old.phone == new.phone
        and old.additional_emails == new.additional_emails
        and all(old.values.get(id) == new.values.get(id) for id in unique)
    )
