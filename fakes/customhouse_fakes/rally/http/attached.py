"""What a search shows of the people that it found: the properties that were asked for and may be read (section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Self

from customhouse_fakes.rally.errors import refuse
from customhouse_fakes.rally.profile import RallyProfile
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
    """The properties that are shown of each person, and the ids of those that the token's role may not read."""

    workspace: Workspace
    internal: tuple[str, ...]
    custom: tuple[Property, ...]
    hidden: tuple[str, ...]

    @classmethod
    def of(cls, workspace: Workspace, profile: RallyProfile, wanted: Iterable[str] | None) -> Self:
        """By ids and internal names; all custom ones when nothing is asked for. Raises the 400 for an unknown one."""
        names = list(workspace.properties.by_id) if wanted is None else list(dict.fromkeys(wanted))
        for index, name in enumerate(names):
            if name not in INTERNAL and name not in workspace.properties.by_id:
                raise refuse("search_unknown_property", path=("attachProperties", str(index)), id=name)
        custom = [workspace.properties.by_id[name] for name in names if name not in INTERNAL]
        masked = profile.token_role in KEPT_FROM
        hidden = [one for one in custom if masked and (one.is_pii or one.is_phi)]
        return cls(
            workspace,
            tuple(name for name in names if name in INTERNAL),
            tuple(one for one in custom if one not in hidden),
            tuple(one.id for one in hidden),
        )

    def render(self, person: Person) -> Json:
        return {
            "personId": person.id,
            "email": person.email,
            "properties": [*self._internal(person), *self._custom(person)],
            "populationIds": list(person.populations),
        }

    def _internal(self, person: Person) -> Iterable[Json]:
        for name in self.internal:
            type, read = INTERNAL[name]
            yield {"propertyType": type, "propertyId": name, "value": read(person)}

    def _custom(self, person: Person) -> Iterable[Json]:
        for one in self.custom:
            if one.id in person.values:
                value = self.workspace.values.show(one, person.values[one.id])
                yield {"propertyType": one.type, "propertyId": one.id, "value": value}
