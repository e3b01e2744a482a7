"""One scenario, from an empty sandbox to a frozen record."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from customhouse_conformance.adapters import Service
from customhouse_conformance.engine.execution import Execution
from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.pull_account import PullAccount
from customhouse_conformance.engine.pulling import Acts
from customhouse_conformance.engine.secrets import forms_of
from customhouse_conformance.engine.source import turned
from customhouse_conformance.engine.told_account import ToldAccount
from customhouse_conformance.engine.upstream import Desk
from customhouse_conformance.engine.workfolder import work_folder
from customhouse_conformance.engine.world import Account, World
from customhouse_conformance.facts import Header, Process, Row, Source, State
from customhouse_conformance.manifest.spec import TELLING, ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import as_json, as_text, build
from customhouse_conformance.scenarios import PULLING, Ceilings, Scenario
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.scenarios.documents import fill
from customhouse_conformance.scenarios.part import WHOLE, Part
from customhouse_fakes.core.redaction import holds, redact

T = TypeVar("T")

#: Distance of the seeds of two businesses: further than users' seeds are likely to be apart.
ANOTHER_BUSINESS = 1_000_003


def run_scenario(
    world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, part: Part = WHOLE
) -> Record:
    """Run it in a new sandbox and return its record, redacted; of the source, the importer is given that part.

    Anything raised is the harness's fault.
    """
    run = _run_app if scenario.provider in PULLING else _run_command
    with work_folder() as folder:
        return run(world, scenario, spec, seed, live, folder, part)


def _run_command(
    world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, folder: Path, part: Part
) -> Record:
    """An importer that calls the provider and ends."""
    (whole,) = books_of(scenario, spec, seed)
    rows = part.of(whole)
    with closing(_open(world, scenario, spec, seed)) as account:
        faults = _furnish(world, scenario, account, rows_of(scenario.dataset, seed))
        execution = Execution(spec, account, rows, folder, _ceilings(scenario, spec), live, scenario.env)
        states = [State("before", account.objects())]
        processes: list[Process] = []
        for group in scenario.plan.groups:
            if processes:
                states.append(State("between", account.objects()))
            processes += execution.run_group(group, len(processes) + 1)
        states.append(State("after", account.objects()))
        other = scenario.plan.otherwise
        header = replace(
            _header(scenario, spec, rows, seed, faults),
            turned=turned(rows, spec.source, other.source if other else None),
        )
        return _freeze(_told(header, scenario, account), processes, states, account)


def _run_app(
    world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, folder: Path, part: Part
) -> Record:
    """An app that is asked by the provider."""
    whole = books_of(scenario, spec, seed)
    with closing(PullAccount(world, scenario, spec.service or Service(), seed)) as account:
        books = {uid: part.of(rows, n) for n, (uid, rows) in enumerate(zip(account.uids, whole, strict=True))}
        rows = books[account.uids[0]]
        later = part.turned(scenario.pull.turn, whole[0]) if scenario.pull.turn else None
        faults = _furnish(world, scenario, account, whole[0])
        desk = account.open_desk(scenario, books)
        acts = Acts(
            spec=spec,
            scenario=scenario,
            account=account,
            desk=desk,
            books=books,
            turned=later,
            folder=folder,
            ceilings=_ceilings(scenario, spec),
            live=live,
        )
        before = State("before", account.objects())
        processes = acts.perform()
        between = () if acts.between is None else (State("between", acts.between),)
        header = replace(
            _header(scenario, spec, rows, seed, faults),
            businesses={uid: list(one) for uid, one in books.items()} if len(books) > 1 else {},
            turned=later,
            pulls=scenario.pull.plans,
        )
        states = [before, *between, State("after", account.objects())]
        return _freeze(header, processes, states, account, desk)


def books_of(scenario: Scenario, spec: ImporterSpec, seed: int) -> tuple[tuple[Row, ...], ...]:
    """The whole source of each business, as far as the importer takes its columns; most scenarios have one business.

    Each imports other people, as many as the first.
    """
    return tuple(
        spec.source.taken(rows_of(scenario.dataset, seed + n * ANOTHER_BUSINESS))
        for n in range(scenario.pull.businesses)
    )


def _open(world: World, scenario: Scenario, spec: ImporterSpec, seed: int) -> Account:
    return ToldAccount(world, scenario, spec, seed) if scenario.provider in TELLING else world.open(scenario, seed)


def _told(header: Header, scenario: Scenario, account: Account) -> Header:
    if not isinstance(account, ToldAccount):
        return header
    told = {
        "identifier": scenario.told.identifier,
        "population": account.population,
        "types": scenario.told.types,
        "webhooks": scenario.told.webhooks,
    }
    return replace(header, told=told)


def _furnish(world: World, scenario: Scenario, account: Account, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Put in what the scenario wants to be there; the fault document."""
    faults: dict[str, Any] = fill(scenario.faults, rows, world.trap_url)
    account.seed(fill(scenario.seed, rows, world.trap_url))
    account.plan_faults(faults or {"faults": []})
    return faults


def _freeze(
    header: Header, processes: list[Process], states: list[State], account: Account, desk: Desk | None = None
) -> Record:
    record = Record(
        header=header,
        processes=tuple(processes),
        exchanges=account.exchanges(),
        states=tuple(states),
        served=account.served(),
        strays=account.strays(),
        upstream=desk.calls() if desk else (),
    )
    return _redacted(record, (*account.secrets(), *([desk.token] if desk else [])))


def _redacted(record: Record, secrets: Iterable[str]) -> Record:
    tokens = tuple(secrets)

    def clean(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(_clean(item, tokens) for item in items)

    return replace(
        record,
        header=_clean(record.header, tokens),
        processes=clean(record.processes),
        exchanges=clean(record.exchanges),
        states=clean(record.states),
        strays=clean(record.strays),
        upstream=clean(record.upstream),
    )


def _clean(item: T, tokens: tuple[str, ...]) -> T:
    if holds(as_text(item).encode(), forms_of(tokens)) is None:
        return item
    return build(type(item), redact(as_json(item), tokens))


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
