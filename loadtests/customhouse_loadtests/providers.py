"""What the scenarios know of each provider, and the fault profiles: two tables, read."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .settings import Scenario


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call that API users make."""

    name: str
    method: str
    path: str
    weight: int = 1
    body: Mapping[str, Any] | None = None
    gives_id: str | None = None

    @property
    def needs_id(self) -> bool:
        return "{id}" in self.path

    def filled(self, values: Mapping[str, str]) -> tuple[str, str | None]:
        """Path and JSON body with the words in braces filled in."""
        body = None if self.body is None else _fill(json.dumps(self.body), values)
        return _fill(self.path, values), body


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """A table of `providers.toml`."""

    name: str
    scenario: Scenario
    landing: Mapping[str, int]
    faults: str
    jobs: str | None = None
    plain: tuple[str, ...] = ()
    api: tuple[Call, ...] = ()


@cache
def providers() -> Mapping[str, ProviderFacts]:
    """All of them, by name."""
    return {
        name: ProviderFacts(
            name=name,
            **{
                **row,
                "plain": tuple(row.get("plain", ())),
                "api": tuple(Call(**call) for call in row.get("api", ())),
            },
        )
        for name, row in _table("providers.toml").items()
    }


@cache
def fault_profiles() -> Mapping[str, str]:
    """What each fault profile does, by name."""
    return {name: row["about"] for name, row in _table("faults.toml").items()}


def fault_plan(profile: str, provider: str) -> dict[str, Any]:
    """The fault document of a profile, for the control plane."""
    text = json.dumps({"faults": _table("faults.toml")[profile]["faults"]})
    plan: dict[str, Any] = json.loads(_fill(text, {"operations": providers()[provider].faults}))
    return plan


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
