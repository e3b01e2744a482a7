"""One scenario, from an empty sandbox to a frozen record."""

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from customhouse_conformance.engine.execution import Execution
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.world import Account, World
from customhouse_conformance.manifest import ImporterSpec
from customhouse_conformance.record import Header, Process, Record, Source, State
from customhouse_conformance.record_io import as_json, build
from customhouse_conformance.scenarios import Ceilings, Scenario
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.scenarios.documents import fill
from customhouse_fakes.core.redaction import redact


def run_scenario(world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns) -> Record:
    """Run it in a new sandbox and return its record, redacted. Anything raised is the harness's fault."""
    people = rows_of(scenario.dataset, seed)
    rows = spec.source.taken(people)
    faults = fill(scenario.faults, people, world.trap_url)
    account = world.open(scenario.provider, scenario.profile, scenario.limits, seed)
    try:
        account.seed(fill(scenario.seed, people, world.trap_url))
        account.plan_faults(faults or {"faults": []})
        with tempfile.TemporaryDirectory(prefix="customhouse-", ignore_cleanup_errors=True) as folder:
            execution = Execution(spec, account, rows, Path(folder).resolve(), _ceilings(scenario, spec), live)
            header = _header(scenario, spec, rows, seed, faults)
            return _freeze(header, execution, scenario, account)
    finally:
        account.close()


def _freeze(header: Header, execution: Execution, scenario: Scenario, account: Account) -> Record:
    states = [State("before", account.objects())]
    processes: list[Process] = []
    for group in scenario.plan.groups:
        if processes:
            states.append(State("between", account.objects()))
        processes += execution.run_group(group, len(processes) + 1)
    states.append(State("after", account.objects()))
    record = Record(
        header=header,
        processes=tuple(processes),
        exchanges=account.exchanges(),
        states=tuple(states),
        served=account.served(),
        strays=account.strays(),
    )
    return _redacted(record, account.token)


def _redacted(record: Record, token: str) -> Record:
    def clean(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(build(type(item), redact(as_json(item), [token])) for item in items)

    return Record(
        header=clean((record.header,))[0],
        processes=clean(record.processes),
        exchanges=clean(record.exchanges),
        states=clean(record.states),
        served=record.served,
        strays=clean(record.strays),
    )


def _ceilings(scenario: Scenario, spec: ImporterSpec) -> Ceilings:
    """A slow importer may ask for more time than a scenario gives, never for less."""
    seconds = max(scenario.ceilings.seconds, spec.timeout_s or 0.0)
    return Ceilings(scenario.ceilings.requests, seconds)


def _header(
    scenario: Scenario, spec: ImporterSpec, rows: tuple[dict[str, Any], ...], seed: int, faults: dict[str, Any]
) -> Header:
    source = spec.source
    return Header(
        suite=version("customhouse"),
        importer=spec.name,
        provider=spec.provider,
        scenario=scenario.id,
        seed=seed,
        capabilities=spec.capabilities,
        source=Source(source.format, source.root, dict(source.fields), rows),
        command=spec.adapter.describe(),
        plan=scenario.plan.name,
        profile=scenario.profile,
        limits=scenario.limits,
        faults=faults,
    )
