"""What a search shows of the people that it found: the properties that were asked for and may be read (section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Self

from customhouse_fakes.rally.errors import refuse
from customhouse_fakes.rally.state.person import Person
from customhouse_fakes.rally.state.properties import Property
from customhouse_fakes.rally.state.workspace import Workspace

Json = dict[str, Any]
#: Roles that do not see PII and PHI (S18).
KEPT_FROM = frozenset({"DEVELOPER", "OBSERVER"})
#: What can be attached beside custom properties: `EMAIL`, `FIRST_NAME` and `LAST_NAME` are documented.
INTERNAL: dict[str, tuple[str, Callable[[Person], Any]]] = {
    "EMAIL": ("STRING", attrgetter("email")),
    "PHONE": ("STRING", attrgetter("phone")),
    "FIRST_NAME": ("STRING", attrgetter("first_name")),
    "LAST_NAME": ("STRING", attrgetter("last_name")),
    "OPTED_OUT": ("BOOLEAN", attrgetter("is_opted_out")),
    "LAST_CONTACT_DATE": ("DATETIME", attrgetter("last_contact_date")),
}


@dataclass(frozen=True, slots=True)
class Attached:
    """What is shown of each person: ids of custom properties and internal names; `hidden` may not be read."""

    workspace: Workspace
    shown: frozenset[str]
    internal: tuple[str, ...]
    hidden: tuple[str, ...]

    @classmethod
    def of(cls, workspace: Workspace, wanted: Iterable[str] | None) -> Self:
        """All custom properties when nothing is asked for. Raises the 400 for an unknown one."""
        custom = workspace.properties.by_id
        names = list(custom) if wanted is None else list(dict.fromkeys(wanted))
        for index, name in enumerate(names):
            if name not in INTERNAL and name not in custom:
                raise refuse("search_unknown_property", path=("attachProperties", str(index)), id=name)
        masked = workspace.profile.token_role in KEPT_FROM
        hidden = [name for name in names if masked and name in custom and _is_personal(custom[name])]
        internal = tuple(name for name in names if name in INTERNAL)
        return cls(workspace, frozenset(names).difference(hidden, internal), internal, tuple(hidden))

    def render(self, person: Person) -> Json:
        return {
            "personId": person.id,
            "email": person.email,
            "properties": [*self._internal(person), *self._custom(person)],
            "populationIds": list(person.populations),
        }

    def _internal(self, person: Person) -> Iterator[Json]:
        for name in self.internal:
            type, read = INTERNAL[name]
            yield {"propertyType": type, "propertyId": name, "value": read(person)}

    def _custom(self, person: Person) -> Iterator[Json]:
        for one, value in self.workspace.shown_values(person):
            if one.id in self.shown:
                yield {"propertyType": one.type, "propertyId": one.id, "value": value}


def _is_personal(property: Property) -> bool:
    return property.is_pii or property.is_phi
