"""The records of an account: what is there, and whether that is what a test expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from customhouse.pytest_plugin.difference import choose_key, differences, summary
from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness

Record = dict[str, Any]


class Rows(list[Record]):
    """Records of one kind as they were when asked for: a list of dicts that can say how it differs from another."""

    def __init__(self, rows: Iterable[Record], what: str, keys: Sequence[str]) -> None:
        super().__init__(rows)
        self._what = what
        self._keys = keys

    def assert_equal(self, expected: Iterable[Mapping[str, Any]], *, key: str | None = None) -> None:
        """Fails unless exactly these records are there, in any order, alike in every field that is named."""
        __tracebackhide__ = True
        self._compare(list(expected), key, whole=True)

    def assert_contains(self, *expected: Mapping[str, Any], key: str | None = None) -> None:
        """Fails unless these records are there, alike in every field that they name; there may be others."""
        __tracebackhide__ = True
        self._compare(list(expected), key, whole=False)

    def where(self, **fields: Any) -> Rows:
        """Those with these values."""
        found = (row for row in self if all(row.get(name) == value for name, value in fields.items()))
        return Rows(found, self._what, self._keys)

    def one(self, **fields: Any) -> Record:
        """The only record with these values; fails if there is none, or more than one."""
        __tracebackhide__ = True
        found = self.where(**fields)
        if len(found) != 1:
            names = ", ".join(str(next((row[key] for key in self._keys if row.get(key)), row)) for row in self[:20])
            raise AssertionError(f"{len(found)} {self._what} have {fields}, expected one; there are: {names or 'none'}")
        return found[0]

    def _compare(self, expected: list[Mapping[str, Any]], key: str | None, *, whole: bool) -> None:
        __tracebackhide__ = True
        by = choose_key(expected, self._keys, key)
        lines = differences(expected, self, by, whole=whole)
        if lines:
            raise AssertionError(summary(lines, self._what, by, (len(expected), len(self))))


class Kind:
    """An attribute of a state: the records of one type, those with the values of `where`, told apart by `keys`."""

    def __init__(self, type: str, *keys: str, **where: Any) -> None:
        self._type, self._keys, self._where = type, keys, where

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, state: State, owner: type | None = None) -> Rows:
        rows = (row for row in state.export() if row["type"] == self._type)
        return Rows(rows, self._name, self._keys).where(**self._where)


class State:
    """What the fake has stored. Every look at it takes it as it is then, by the account's clock."""

    def __init__(self, harness: Harness, sandbox: Sandbox) -> None:
        self._run = harness.run
        self._sandbox = sandbox

    def add(self, **document: Any) -> dict[str, int]:
        """Put records in, past limits, faults and journal: `add(contacts=[{"email": …}])`. Returns how many.

        The words are those of `POST /_customhouse/seed`; raises `SeedError`, and then has changed nothing.
        """
        return self._run(self._sandbox.provider.seed, self._sandbox.state, document)

    def export(self) -> list[Record]:
        """All records of every type and status; `type` says what each is."""
        return self._run(lambda: list(self._sandbox.provider.export(self._sandbox.state)))


class IntercomState(State):
    """`contacts` are the active ones, which the API finds; `all_contacts` also what is archived, deleted or merged."""

    contacts = Kind("contact", "email", "external_id", "phone", "id", status="active")
    all_contacts = Kind("contact", "email", "external_id", "phone", "id")
    companies = Kind("company", "company_id", "name")
    tags = Kind("tag", "name")
    data_attributes = Kind("data_attribute", "name")
    notes = Kind("note", "body")


class CallingState(State):
    """`webhooks` are deliveries, each with its attempts."""

    webhooks = Kind("delivery", "event")


class IntandemState(CallingState):
    """`clients` are those that are not deleted; `mail` is what staff were sent."""

    clients = Kind("client", "email", "external_id", "phone", "first_name", status="active")
    sessions = Kind("session", "id")
    businesses = Kind("business", "uid")
    mail = Kind("mail", "to", "subject")


class RallyState(CallingState):
    """`imports` tell more than the API does: why a person failed."""

    people = Kind("person", "email", "phone", "personId")
    properties = Kind("property", "name")
    populations = Kind("population", "name")
    studies = Kind("study", "name")
    participants = Kind("participant", "personId")
    activities = Kind("activity", "personId")
    imports = Kind("import", "importId")
