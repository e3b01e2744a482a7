"""The plan's second half: every property that the source uses is there, once, before the first person is sent.

An import would make a missing property by itself (P9), but two imports at once may then make two of one name (C28),
a near-equal name becomes a twin (C29), and a select comes without options (P12). So they are made here, and people's
values are sent by property id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.errors import CallError, RefusedError
from reference_importer.rally.client import Client, Problem
from reference_importer.rally.mapping import SELECTS, Identifier, PropertyUse, near

COLOR = "GREY"
"""Of the options that are made; one of the colours seen (contract, section 6)."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the workspace; `options` are the names of a select's."""

    id: str
    name: str
    type: str
    is_unique: bool
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Property:
        options = [str(one.get("name")) for one in document.get("propertyOptions") or [] if isinstance(one, dict)]
        kind, is_unique = str(document.get("propertyType")), bool(document.get("isUnique"))
        return cls(str(document.get("propertyId")), str(document.get("name")), kind, is_unique, tuple(options))


@dataclass(frozen=True, slots=True)
class Plan:
    """The properties: those that the source uses, by near-equal name, and the ids of all that there are.

    `identifier` is what goes into identifierPropertyId.
    """

    columns: Mapping[str, Property] = field(default_factory=dict)
    all_ids: frozenset[str] = frozenset()
    created: tuple[str, ...] = ()
    identifier: str = "email"


class PropertyPlanner:
    """Compares what the source uses with what the workspace has, and makes the rest in one call."""

    def __init__(self, client: Client, identifier: Identifier, say: Callable[[str], None]) -> None:
        self.client, self._identifier, self.say = client, identifier, say

    def plan(self, used: Mapping[str, PropertyUse]) -> Plan:
        """Raises RefusedError when properties cannot be read or made, or the identifier is not unique."""
        there = self.known()
        missing = {key: use for key, use in used.items() if self.match(use, there) is None}
        if missing:
            self.create(missing)
            there = self.known()
        columns = {key: self.found(use, there) for key, use in used.items()}
        for key, use in used.items():
            self.compare(use, columns[key])
        identifier = self.identifier(columns)
        return Plan(
            columns, frozenset(one.id for one in there), tuple(use.name for use in missing.values()), identifier
        )

    def known(self) -> list[Property]:
        """The workspace's properties."""
        try:
            return [Property.of(one) for one in self.client.properties()]
        except CallError as error:
            raise RefusedError(f"{error}. No person was sent. Start again later.") from error

    def match(self, use: PropertyUse, there: list[Property]) -> Property | None:
        """The property of that name; failing that, the first whose name differs in case or blanks only."""
        same = [one for one in there if one.name == use.name]
        alike = [one for one in there if near(one.name) == near(use.name)]
        return next(iter(same + alike), None)

    def found(self, use: PropertyUse, there: list[Property]) -> Property:
        found = self.match(use, there)
        if found is None:
            raise self.unusable(use, "it was made, but is not in the list of properties")
        return found

    def create(self, missing: Mapping[str, PropertyUse]) -> None:
        """Make them. One that is there already (made by another run just now) is as good."""
        try:
            answer = self.client.create_properties([self.definition(use) for use in missing.values()])
        except CallError as error:
            raise RefusedError(f"the properties could not be made: {error}. No person was sent.") from error
        if not answer.ok:
            problem = Problem.of(answer)
            words = f"the properties could not be made: {problem.status} {problem.message}. No person was sent."
            raise RefusedError(words)
        refused = [one for one in answer.body.get("errors") or [] if isinstance(one, dict)]
        there = self.known() if refused else []
        for one in refused:
            use = missing.get(near(str(one.get("name"))))
            if use is not None and self.match(use, there) is None:
                raise self.unusable(use, str(one.get("message")))
        self.say(f"made the properties {', '.join(repr(use.name) for use in missing.values())}")

    def definition(self, use: PropertyUse) -> dict[str, Any]:
        """What is sent to make a property: its name and type, and a select's options as the source uses them."""
        found: dict[str, Any] = {"name": use.name, "propertyType": self.type_of(use)}
        if found["propertyType"] in SELECTS:
            found["propertyOptions"] = [{"name": option, "color": COLOR} for option in use.options]
        if self._identifies(use):
            found["isUnique"] = True
        return found

    def type_of(self, use: PropertyUse) -> str:
        """The type of a new property; one that identifies people must be a text (P15)."""
        return "STRING" if self._identifies(use) else use.type

    def compare(self, use: PropertyUse, there: Property) -> None:
        """Say when a property has another type, or name, than the source expects: its values may not fit."""
        if use.declared and use.declared != there.type:
            self.say(
                f"warning: the property {there.name!r} is a {there.type} in the workspace, not a {use.declared};"
                " rows whose values do not fit are rejected"
            )
        if use.name != there.name:
            self.say(f"warning: the property {use.name!r} is taken for {there.name!r}, which is there")

    def identifier(self, columns: Mapping[str, Property]) -> str:
        """What goes into identifierPropertyId. Raises RefusedError for a property that is not unique."""
        if not self._identifier.is_property:
            return self._identifier.name
        found = columns[near(self._identifier.name)]
        if not found.is_unique:
            raise RefusedError(
                f"the property {found.name!r} is not unique, so it cannot identify people, and that cannot be changed."
                " No person was sent. Choose another --identifier."
            )
        return found.id

    def _identifies(self, use: PropertyUse) -> bool:
        return self._identifier.is_property and near(use.name) == near(self._identifier.name)

    def unusable(self, use: PropertyUse, why: str) -> RefusedError:
        return RefusedError(
            f"the property {use.name!r} (first used in line {use.line}) cannot be made: {why}."
            " No person was sent. Make it by hand, map it to another name, or take it out of the source."
        )
