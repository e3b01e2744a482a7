"""What becomes of the records of an import: each person is put whole, or fails (contract sections 3.2 and 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from customhouse_fakes.rally.profile import RallyProfile

from .around import OptedOut, Participant, Population
from .ids import Ids
from .imports import Import
from .matching import Matching
from .people import People
from .person import Failure, Person, RecordError
from .plan import PeoplePlan, Row
from .properties import Properties
from .values import Values, is_blank

FIELDS = {"firstName": "first_name", "lastName": "last_name"}


@dataclass(frozen=True, slots=True)
class Store:
    """What an import writes to."""

    people: People
    properties: Properties
    populations: Mapping[str, Population]
    participants: dict[tuple[str, str], Participant]
    refusing: Collection[str]
    ids: Ids
    told: Callable[[OptedOut], None]


class PeopleImport:
    """Does the work of one import. A record that fails has changed nothing (but may have created an option)."""

    def __init__(
        self, store: Store, matching: Matching, profile: RallyProfile, imported: Import, plan: PeoplePlan
    ) -> None:
        self._store = store
        self._people = store.people
        self._matching = matching
        self._profile = profile
        self._plan = plan
        self._by = f"import:{imported.id}"
        self._values = Values(profile, store.properties)
        self._unique = frozenset(property.id for property in store.properties if property.is_unique)

    def take(self, index: int, now: float) -> Failure | None:
        """Import the record of that index; why it failed, or None."""
        row = self._plan.rows[index]
        person = None
        try:
            person = self._match(row)
            if index in self._plan.doomed:
                raise RecordError(self._plan.doomed[index])
            if (value := self._plan.value(row)) is not None and value.casefold() in self._store.refusing:
                raise RecordError(f"the workspace does not take {value}")
            self._store_person(row, person, now)
        except RecordError as problem:
            return Failure(index, str(problem), row.get("email"), row.get("phone"), person.id if person else None)
        return None

    # ---- who is meant ----

    def _match(self, row: Row) -> Person | None:
        value = self._plan.value(row)
        if value is None:
            return None
        found = self._find(value, deleted=False)
        if found is None and self._profile.deleted_people == "revived":
            found = self._find(value, deleted=True)
        return found

    def _find(self, value: str, *, deleted: bool) -> Person | None:
        match self._plan.identifier:
            case "email":
                return self._people.with_email(value, deleted=deleted)
            case "phone":
                return self._people.with_phone(value, deleted=deleted)
        return self._people.with_unique(self._plan.identifier, value, deleted=deleted)

    # ---- what is put ----

    def _store_person(self, row: Row, person: Person | None, now: float) -> None:
        base = person or self._new(now)
        robbed: list[Person] = []
        changed = replace(
            base,
            updated_at=now,
            updated_by=self._by,
            deleted=False,
            email=self._email(row, person, robbed),
            values=self._new_values(row, base),
            populations=self._populations(base),
            **self._names(row, base),
            **self._others(row, base),
        )
        for other in robbed:
            self._people.put(other)
        self._people.put(changed)
        self._participate(changed, now)
        if person is not None and person.is_opted_out != changed.is_opted_out and self._profile.opt_out_events:
            self._store.told(OptedOut(changed))

    def _new(self, now: float) -> Person:
        return Person(self._store.ids.new("person"), self._people.next_number, now, now, self._by, self._by)

    def _new_values(self, row: Row, person: Person) -> dict[str, Any]:
        """The values that stay (P3, P4), and those of the record."""
        old, columns = person.values, self._plan.columns
        by_request = self._profile.put_scope == "request_union"
        values = {id: value for id, value in old.items() if id not in columns} if by_request else {}
        for item in row.get("properties") or ():
            id = self._plan.meant(item)
            property = self._store.properties.by_id.get(id) if id is not None else None
            if property is None:
                raise RecordError(f"there is no property {item.get('propertyId') or item.get('name')}")
            raw = item.get("value")
            if not is_blank(raw):
                values[property.id] = value = self._values.read(property, raw)
                if property.is_unique:
                    self._require_own(property.id, value, person, property.name)
            elif self._profile.blank_value == "kept" and property.id in old:
                values[property.id] = old[property.id]
            else:
                values.pop(property.id, None)
        return values

    def _require_own(self, property_id: str, value: Any, person: Person, name: str) -> None:
        holder = self._people.with_unique(property_id, value)
        if holder is not None and holder.id != person.id:
            raise RecordError(f"{name}: {value} belongs to somebody else")

    def _names(self, row: Row, person: Person) -> dict[str, Any]:
        """First and last name (P6)."""
        names: dict[str, Any] = {}
        for key, name in FIELDS.items():
            if key in row:
                names[name] = row[key] or None
            elif self._profile.absent_name == "null" or (
                self._profile.absent_name == "blank_if_column" and key in self._plan.names
            ):
                names[name] = None
            else:
                names[name] = getattr(person, name)
        return names

    def _email(self, row: Row, person: Person | None, robbed: list[Person]) -> str | None:
        """The primary e-mail. Who would lose it to this person is added to `robbed` (P16)."""
        stored = person.email if person else None
        if "email" not in row:
            return stored
        given: str = row["email"] or ""
        if not given.strip():
            return stored if self._profile.null_field == "unchanged" else None
        key = self._matching.email(given)
        holder = self._people.with_email(given)
        if holder is None or (person is not None and holder.id == person.id):
            secondary = stored is not None and self._plan.identifier == "email" and self._matching.email(stored) != key
            return stored if secondary else given
        if self._profile.foreign_email == "fails":
            raise RecordError(f"{given} belongs to somebody else")
        robbed.append(self._without(holder, key))
        return given

    def _without(self, person: Person, key: str) -> Person:
        """A person that has lost an e-mail."""
        fold = self._matching.email
        return replace(
            person,
            email=None if person.email and fold(person.email) == key else person.email,
            additional_emails=tuple(email for email in person.additional_emails if fold(email) != key),
        )

    def _others(self, row: Row, person: Person) -> dict[str, Any]:
        """Phone, opt-out, last contact and additional addresses; what is absent stays."""
        others: dict[str, Any] = {}
        if "phone" in row:
            others["phone"] = row["phone"] or self._cleared(person.phone, None)
        if row.get("isOptedOut") is not None:
            others["is_opted_out"] = self._opted_out(row["isOptedOut"], person)
        if "lastContactDate" in row:
            given = row["lastContactDate"]
            kept = self._cleared(person.last_contact_date, None)
            others["last_contact_date"] = kept if is_blank(given) else self._values.day(None, given)
        if "additionalEmails" in row:
            others["additional_emails"] = self._additional_emails(row, person)
        if "additionalPhones" in row:
            others["additional_phones"] = self._added(
                row["additionalPhones"], person.additional_phones, self._matching.phone
            )
        return others

    def _opted_out(self, given: bool, person: Person) -> bool:
        if not given and self._profile.opt_in_by_import == "ignored":
            return person.is_opted_out
        return given

    def _additional_emails(self, row: Row, person: Person) -> tuple[str, ...]:
        """Additional e-mails; one that belongs to somebody else fails the record, or is left out (C24)."""
        fold = self._matching.email
        given = row["additionalEmails"]
        if given is not None:
            foreign = {email for email in given if self._is_foreign(email, person)}
            if foreign and self._profile.secondary_collision == "fails":
                raise RecordError(f"{min(foreign)} belongs to somebody else")
            primary = fold(row.get("email") or person.email or "")
            given = [email for email in given if email not in foreign and fold(email) != primary]
        return self._added(given, person.additional_emails, fold)

    def _is_foreign(self, email: str, person: Person) -> bool:
        holder = self._people.with_email(email)
        return holder is not None and holder.id != person.id

    def _added(self, given: list[str] | None, stored: tuple[str, ...], fold: Callable[[str], str]) -> tuple[str, ...]:
        """The given ones, or the stored ones and these, each once."""
        if given is None:
            return tuple(self._cleared(stored, ()))
        before = stored if self._profile.secondary == "append" else ()
        once: dict[str, str] = {}
        for text in (*before, *given):
            if text.strip():
                once.setdefault(fold(text) or text, text)
        return tuple(once.values())

    def _cleared(self, stored: Any, empty: Any) -> Any:
        """What a null makes of a field."""
        return empty if self._profile.null_field == "cleared" else stored

    def _populations(self, person: Person) -> tuple[str, ...]:
        """Where the person is afterwards (P21)."""
        target, held = self._plan.population_id, person.populations
        if target is None or target in held:
            return held
        exclusive = [id for id in (target, *held) if id in self._store.populations and self._is_exclusive(id)]
        if not held or not exclusive:
            return (*held, target)
        if self._profile.exclusive_population == "fails":
            name = self._store.populations[exclusive[0]].name
            raise RecordError(f"the population {name} is exclusive")
        return (target,)

    def _is_exclusive(self, id: str) -> bool:
        return self._store.populations[id].is_exclusive

    def _participate(self, person: Person, now: float) -> None:
        study_id = self._plan.study_id
        if study_id is not None and (study_id, person.id) not in self._store.participants:
            id = self._store.ids.new("participant")
            self._store.participants[study_id, person.id] = Participant(id, study_id, person.id, now)
