"""A workspace on a clock that is moved by hand, and short ways to ask it things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customhouse_fakes.core.profiles import parse
from customhouse_fakes.core.randomness import SeededRandom
from customhouse_fakes.rally.profile import RallyProfile
from customhouse_fakes.rally.state import exporting, seeding
from customhouse_fakes.rally.state.imports import Import
from customhouse_fakes.rally.state.properties import Property
from customhouse_fakes.rally.state.workspace import Workspace

Json = dict[str, Any]
START = 1_700_000_000.0


class Stage:
    """Imports are done when they are accepted, unless `processing` says otherwise."""

    def __init__(self, **profile: Any) -> None:
        self.time = START
        document = {"processing": "at_once", **profile}
        self.workspace = Workspace(parse(RallyProfile, document), SeededRandom(1), lambda: self.time)

    def seed(self, **document: Any) -> Stage:
        seeding.seed(self.workspace, document)
        return self

    def post(self, *people: Json, **request: Any) -> Import:
        return self.workspace.accept({"people": list(people), **request})

    def property(self, name: str) -> Property:
        (found,) = [one for one in self.workspace.properties if one.name == name]
        return found

    def lines(self, type: str) -> list[Json]:
        return [line for line in exporting.export(self.workspace) if line["type"] == type]

    def person(self, email: str) -> Json:
        """The person whose stored e-mail is exactly this one."""
        (found,) = [line for line in self.lines("person") if line["email"] == email]
        return found

    def values(self, email: str) -> Json:
        found: Json = self.person(email)["properties"]
        return found

    def reasons(self, imported: Import) -> list[tuple[int, str]]:
        return [(one.index, one.reason) for one in self.workspace.imports.by_id[imported.id].failures]

    def failed(self, imported: Import) -> list[Json] | None:
        return self.workspace.failed_records(self.workspace.imports.by_id[imported.id])

    def status(self, imported: Import) -> str:
        return self.workspace.imports.by_id[imported.id].status


def row(email: str | None = None, /, values: Mapping[str, Any] | None = None, **fields: Any) -> Json:
    """A record; `values` are texts by the name of their property."""
    made: Json = {} if email is None else {"email": email}
    if values is not None:
        made["properties"] = [given(name, value) for name, value in values.items()]
    return made | fields


def given(name: str, value: Any, type: str = "STRING") -> Json:
    """A property by name (form B)."""
    return {"name": name, "propertyType": type, "value": value}


def text(*names: str) -> list[Json]:
    """Seeds of text properties."""
    return [{"name": name, "propertyType": "STRING"} for name in names]
