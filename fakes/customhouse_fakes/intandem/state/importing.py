"""What becomes of the records of a page: created, updated, skipped or failed (contract sections 2.4, 2.5 and 3)."""

from __future__ import annotations

from collections.abc import Mapping as Document
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from customhouse_fakes.intandem.profile import IntandemProfile

from .client import Client, Matter, Source, nothing
from .clients import Clients
from .ids import Ids
from .mapping import Mapping
from .session import Failure, Session

Verdict = Literal["created", "updated", "skipped", "failed"]
VERDICTS: tuple[Verdict, ...] = ("created", "updated", "skipped", "failed")
MATTER_COLUMNS = ("matter_name", "matter")


class RecordError(Exception):
    """Why a record cannot be imported."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A record as it was understood. `blank` names what was sent empty; texts are as they were sent."""

    standard: dict[str, str]
    custom: dict[str, str]
    blank: frozenset[str]
    external_id: Any
    matter_name: str | None
    matter_values: tuple[tuple[str, str], ...]
    nested: tuple[Document[str, Any], ...]

    @property
    def email(self) -> str | None:
        return self.standard.get("email")


@dataclass(slots=True)
class Bulk:
    """One page processed: external ids by verdict, and the clients that are new."""

    page: int
    last: bool
    external_ids: dict[Verdict, list[Any]] = field(default_factory=lambda: {verdict: [] for verdict in VERDICTS})
    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    new: list[Client] = field(default_factory=list)

    def note(self, verdict: Verdict, external_id: Any) -> None:
        self.counts[verdict] += 1
        if external_id is not None:
            self.external_ids[verdict].append(external_id)


class ClientImport:
    """Imports the pages of one session into the clients of one business."""

    def __init__(self, clients: Clients, ids: Ids, profile: IntandemProfile, session: Session) -> None:
        self._clients = clients
        self._ids = ids
        self._profile = profile
        self._session = session
        self._order = session.order
        self._mapping = session.order.mapping
        self._source = Source(name=session.order.app_name)
        self._tags = (session.tag,)
        self._by = f"import:{session.id}"
        self._layout = profile.multi_layout if session.order.multi else "off"

    def take(self, records: Sequence[Any], *, now: float, last: bool) -> Bulk:
        """Import a page as far as the cap allows; counts and failures go to the session too."""
        session = self._session
        room = max(0, self._profile.cap - session.received)
        bulk = Bulk(session.page, last)
        session.received += min(len(records), room)
        for index, record in enumerate(records[:room]):
            self._take_one(bulk, index, record, now)
        self._beyond_the_cap(bulk, records[room:], room)
        for verdict in VERDICTS:
            setattr(session, verdict, getattr(session, verdict) + bulk.counts[verdict])
        return bulk

    def _take_one(self, bulk: Bulk, index: int, record: Any, now: float) -> None:
        try:
            reading = read(record, self._mapping, self._layout)
            verdict, client = self._store(reading, now)
        except RecordError as problem:
            self._fail(bulk, index, record, str(problem))
            return
        bulk.note(verdict, reading.external_id)
        if verdict == "created":
            bulk.new.append(client)

    def _beyond_the_cap(self, bulk: Bulk, records: Sequence[Any], first: int) -> None:
        if self._profile.overflow == "stop":
            self._session.left_out += len(records)
            return
        for index, record in enumerate(records, first):
            self._fail(bulk, index, record, f"beyond the {self._profile.cap} clients of a session")

    def _fail(self, bulk: Bulk, index: int, record: Any, reason: str) -> None:
        external_id = record.get("external_id") if isinstance(record, dict) else None
        bulk.note("failed", external_id)
        self._session.failures.append(Failure(bulk.page, index, external_id, reason))

    def _store(self, reading: Reading, now: float) -> tuple[Verdict, Client]:
        existing = self._clients.with_email(self._order.business_uid, reading.email)
        if existing is None:
            return "created", self._create(reading, now)
        if self._layout == "rows" and existing.id in self._session.touched:
            self._add_matter(existing, reading.matter_name, reading.matter_values, now)
            return "updated", existing
        if not self._order.should_override:
            return "skipped", existing
        return "updated", self._override(existing, reading, now)

    def _create(self, reading: Reading, now: float) -> Client:
        client = Client(
            id=self._ids.record(),
            business_uid=self._order.business_uid,
            created_at=now,
            updated_at=now,
            created_by=self._by,
            external_id=reading.external_id,
            tags=self._tags,
            source=self._source,
            custom=reading.custom or nothing(),
            **cast(dict[str, Any], reading.standard),
        )
        name = reading.matter_name or client.display_name
        first = Matter(self._ids.record(), client.id, name, now, reading.matter_values)
        self._clients.add(client, first)
        self._further_matters(client, reading, now)
        return client

    def _override(self, client: Client, reading: Reading, now: float) -> Client:
        changes: dict[str, Any] = dict(reading.standard)
        custom = {**client.custom, **reading.custom}
        if self._profile.override_blank == "erase":
            changes |= {slug: None for slug in reading.blank if slug in ERASABLE}
            custom = {label: value for label, value in custom.items() if label not in reading.blank}
        changed = replace(
            client,
            **changes,
            custom=custom,
            external_id=client.external_id if reading.external_id is None else reading.external_id,
            tags=client.tags if self._session.tag in client.tags else (*client.tags, self._session.tag),
            updated_at=now,
        )
        self._clients.put(changed)
        self._further_matters(changed, reading, now)
        return changed

    def _further_matters(self, client: Client, reading: Reading, now: float) -> None:
        if self._layout == "rows":
            self._session.touched.add(client.id)
        for matter in reading.nested:
            name = _text("matter name", matter.get("name") or matter.get("display_name"))
            self._add_matter(client, name, (), now)

    def _add_matter(self, client: Client, name: str | None, values: tuple[tuple[str, str], ...], now: float) -> None:
        if name and name not in {matter.name for matter in self._clients.matters(client)}:
            self._clients.add_matter(client, Matter(self._ids.record(), client.id, name, now, values))


# Standard fields that an override may empty; a client without a first name cannot be.
ERASABLE = frozenset({"last_name", "email", "phone", "address"})


def read(record: Any, mapping: Mapping, layout: str = "off") -> Reading:
    """Understand a record; raises `RecordError`. Only mapped keys are looked at, and `external_id`."""
    if not isinstance(record, dict):
        raise RecordError(f"the record is no object but {_kind(record)}")
    blank: set[str] = set()
    standard = _values(record, mapping.standard, blank)
    if not standard.get("first_name"):
        raise RecordError("first_name is mandatory")
    return Reading(
        standard=standard,
        custom=_values(record, mapping.custom, blank),
        blank=frozenset(blank),
        external_id=record.get("external_id"),
        matter_name=_matter_name(record) if layout == "rows" else None,
        matter_values=tuple(_values(record, mapping.matter, blank).items()) if layout == "rows" else (),
        nested=tuple(_nested(record)) if layout == "nested" else (),
    )


def _values(record: Document[str, Any], pairs: tuple[tuple[str, str], ...], blank: set[str]) -> dict[str, str]:
    values = {}
    for key, target in pairs:
        if key not in record:
            continue
        text = _text(key, record[key])
        if text is None:
            blank.add(target)
        else:
            values[target] = text
    return values


def _text(key: str, value: Any) -> str | None:
    """A value as text; None when it is blank."""
    if value is None:
        return None
    if isinstance(value, bool | list | dict):
        raise RecordError(f"{key} must be text, got {_kind(value)}")
    text = value if isinstance(value, str) else str(value)
    return text if text.strip() else None


def _matter_name(record: Document[str, Any]) -> str | None:
    return next((name for key in MATTER_COLUMNS if (name := _text(key, record.get(key)))), None)


def _nested(record: Document[str, Any]) -> list[Document[str, Any]]:
    matters = record.get("matters") or []
    if not isinstance(matters, list) or not all(isinstance(matter, dict) for matter in matters):
        raise RecordError("matters must be a list of objects")
    return matters


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", bool: "true or false", str: "text", type(None): "null"}.get(
        type(value), "a number"
    )
