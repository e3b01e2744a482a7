"""Loads scenario tables into frozen rows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.scenarios.dataset import Dataset, read_dataset
from customhouse_conformance.scenarios.plans import Plan, read_plan
from customhouse_conformance.scenarios.pull import Pull, read_pull
from customhouse_conformance.scenarios.told import Told, read_told
from customhouse_conformance.tables import Table


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Bounds of one part of a plan: requests to the fake and real seconds. Beyond them the importer is killed."""

    requests: int = 1000
    seconds: float = 30.0


#: Providers that ask the importer, instead of being called by it.
PULLING = ("intandem",)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of a scenario table."""

    id: str
    provider: str
    text: str
    dataset: Dataset
    profile: dict[str, Any]
    limits: dict[str, Any]
    seed: dict[str, Any]
    faults: dict[str, Any]
    plan: Plan
    ceilings: Ceilings
    needs: tuple[str, ...]
    costly: bool = False
    env: dict[str, str] = field(default_factory=dict)
    told: Told = field(default_factory=Told)
    pull: Pull = field(default_factory=Pull)

    @property
    def fault_ids(self) -> frozenset[str]:
        """The faults that it plans, in the fake and in the API of the source."""
        planned = [fault["id"] for fault in self.faults.get("faults", ()) if "id" in fault]
        return frozenset([*planned, *(fault.id for fault in self.pull.upstream.faults)])


def load_scenarios(provider: str) -> dict[str, Scenario]:
    """The built-in scenarios of one provider, by id."""
    text = resources.files(__package__).joinpath(f"{provider}.toml").read_text("utf-8")
    return read_scenarios(provider, tomllib.loads(text))


def read_scenarios(provider: str, data: Mapping[str, Any]) -> dict[str, Scenario]:
    """Scenarios out of a parsed table; raises `ScenarioError` naming the row."""
    table = Table(data, f"scenarios/{provider}.toml", ScenarioError)
    scenarios: dict[str, Scenario] = {}
    for number, row in enumerate(table.rows("scenario"), start=1):
        scenario = _read(Table(row, f"{table.where}: {row.get('id', f'row {number}')}", ScenarioError), provider)
        if scenario.id in scenarios:
            table.refuse(f"two scenarios are called '{scenario.id}'", "rename one")
        scenarios[scenario.id] = scenario
    table.finish()
    return scenarios


def _read(table: Table, provider: str) -> Scenario:
    pulling = provider in PULLING
    plan = read_plan(table, pull=pulling)
    scenario = Scenario(
        id=table.text("id"),
        provider=provider,
        text=table.text("text"),
        dataset=read_dataset(table.table("dataset")),
        profile=table.mapping("profile"),
        limits=table.mapping("limits"),
        seed=table.mapping("seed"),
        faults=table.mapping("faults"),
        plan=plan,
        ceilings=_ceilings(table.table("ceilings")),
        needs=table.names("needs", ()),
        costly=table.raw("costly") is True,
        env={name: str(value) for name, value in table.mapping("env").items()},
        told=read_told(table.table("told")),
        pull=read_pull(table, plan) if pulling else Pull(),
    )
    table.finish()
    return scenario


def _ceilings(table: Table) -> Ceilings:
    usual = Ceilings()
    ceilings = Ceilings(table.integer("requests", usual.requests), table.number("seconds", usual.seconds))
    if ceilings.requests < 1 or ceilings.seconds <= 0:
        table.refuse("a ceiling is not above zero", "give both a positive number")
    table.finish()
    return ceilings
