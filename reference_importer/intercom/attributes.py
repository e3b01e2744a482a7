"""The plan: every custom attribute that the rows use is defined, with a type that takes their values, before any row.

A row is never stripped of an attribute that could not be defined; the run stops instead, before the first contact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_importer.common.errors import CallError, RefusedError
from reference_importer.common.transport import Answer
from reference_importer.intercom.client import Client, Problem
from reference_importer.intercom.mapping import AttributeUse
from reference_importer.intercom.values import AS_TYPE

#: What the source has → what the workspace may have defined for it.
FITS: dict[str, frozenset[str]] = {
    "string": frozenset({"string", "integer", "float", "boolean", "date", "datetime"}),
    "integer": frozenset({"integer", "float", "string", "date", "datetime"}),
    "float": frozenset({"float", "string"}),
    "boolean": frozenset({"boolean", "string"}),
    "date": frozenset({"date", "datetime", "integer", "string"}),
    "datetime": frozenset({"datetime", "date", "integer", "string"}),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The data type of every attribute that may be sent, and which ones this run created."""

    types: Mapping[str, str] = field(default_factory=dict)
    created: tuple[str, ...] = ()

    def values(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """A row's attributes as the workspace's types want them. Those that are null in every row are left out."""
        return {
            name: None if value is None else AS_TYPE.get(self.types[name], _same)(value)
            for name, value in attributes.items()
            if name in self.types
        }


def _same(value: Any) -> Any:
    return value


def used_type(use: AttributeUse) -> str:
    """One type for all values of an attribute: whole numbers among decimals are decimals, other mixtures are text."""
    if len(use.types) == 1:
        return next(iter(use.types))
    return "float" if use.types == {"integer", "float"} else "string"


class AttributePlanner:
    """Compares what the rows use with what the workspace has, and defines the rest: one call each."""

    def __init__(self, client: Client, say: Callable[[str], None]) -> None:
        self.client, self.say = client, say

    def plan(self, used: Mapping[str, AttributeUse]) -> Plan:
        """Raises RefusedError, naming the attribute, when one cannot be defined or has a type that does not fit."""
        if not used:
            return Plan()
        known = self.known()
        types, created = {}, []
        for name, use in used.items():
            wanted = used_type(use)
            if name in known:
                types[name] = self.checked(name, use, wanted, known[name])
            else:
                types[name] = self.define(name, use, wanted)
                created.append(name)
        return Plan(types, tuple(created))

    def known(self, *, archived: bool = False) -> dict[str, dict[str, Any]]:
        """The workspace's custom attributes by name."""
        try:
            answer = self.client.attributes(archived=archived)
        except CallError as error:
            raise RefusedError(f"the workspace's attributes could not be read: {error}. Start again later.") from error
        if not answer.ok:
            problem = Problem.of(answer)
            raise RefusedError(f"the workspace's attributes could not be read: {problem.status} {problem.message}")
        found = [one for one in answer.body.get("data") or [] if isinstance(one, dict) and one.get("custom")]
        return {str(one.get("name")): one for one in found}

    def define(self, name: str, use: AttributeUse, wanted: str) -> str:
        """Define one attribute; one that is there already (made by another run just now) is as good."""
        try:
            answer = self.client.define(name, wanted)
        except CallError as error:
            if (there := self.known().get(name)) is None:  # it may have been made although the answer was lost
                raise self.undefinable(name, use, str(error)) from error
            return self.checked(name, use, wanted, there)
        if answer.ok:
            self.say(f"defined the custom attribute {name!r} as {wanted}")
            return wanted
        return self.already(name, use, wanted, answer)

    def already(self, name: str, use: AttributeUse, wanted: str, answer: Answer) -> str:
        """RefusedError: harmless if that is because it is there, fatal otherwise."""
        problem = Problem.of(answer)
        if "already have" not in problem.message:
            raise self.undefinable(name, use, f"{problem.status} {problem.message}")
        there = self.known(archived=True).get(name)
        if there is None:
            raise self.undefinable(name, use, f"{problem.message} (is it an attribute of companies?)")
        if there.get("archived"):
            raise self.undefinable(name, use, "it is archived. Restore it in Settings > People data")
        return self.checked(name, use, wanted, there)

    def checked(self, name: str, use: AttributeUse, wanted: str, there: Mapping[str, Any]) -> str:
        """The defined type, if the rows' values can be written to it."""
        defined = str(there.get("data_type"))
        if defined not in FITS.get(wanted, {wanted}):
            raise self.undefinable(name, use, f"the workspace has it as {defined}, the source as {wanted}")
        return defined

    def undefinable(self, name: str, use: AttributeUse, why: str) -> RefusedError:
        return RefusedError(
            f"the custom attribute {name!r} (first used in line {use.line}) cannot be used: {why}."
            " No contact was written. Define it by hand, map it to another name, or take it out of the source."
        )
