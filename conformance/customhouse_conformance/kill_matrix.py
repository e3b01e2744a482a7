"""The kill matrix: every mutant is caught by exactly the requirements that name it, for the reasons that they name.

Costly scenarios are run only for mutants that a requirement of theirs names; elsewhere a requirement is judged by its
other scenarios, and not at all if it has none.

The declared matrix asks less, in a fraction of the time: each mutant meets only the requirements that name it, and all
of them must catch it. Whether others catch it too only the whole matrix can say. Permanent mutants, which meet
everything, are stopped there after `FEWER` requests: those that never end do the same in a thousand.

A kill is a FAIL or a WARN. A mutant that cannot run is BROKEN, never killed. Permanent mutants (do nothing, crash at
once, …) belong to no requirement: they may get no PASS anywhere.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from customhouse_conformance.adapters import CallableAdapter, Service
from customhouse_conformance.adapters.callable import preload
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.suite import Options, Records, Stream, Task, run_scenarios
from customhouse_conformance.events import MutantPlanned, View
from customhouse_conformance.facts import Process
from customhouse_conformance.findings import Verdict
from customhouse_conformance.manifest.spec import ImporterSpec, SourceSpec
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register
from customhouse_conformance.registry import Mutant
from customhouse_conformance.report.collecting import write_whole
from customhouse_conformance.results import Repeat, Result, judge_requirement
from customhouse_conformance.scenarios import PULLING, Scenario
from customhouse_fakes.core.provider import Provider

KILLS = (Verdict.FAIL, Verdict.WARN)

#: Requests after which a permanent mutant is stopped in the declared matrix.
FEWER = 200

#: How a mutant of an app is reached: as the reference app is.
SERVICE = Service(
    ready="/health", launch="/start?business_uid={business_uid}&staff_uid={staff_uid}", report="/status.json"
)


@dataclass(frozen=True, slots=True)
class Kill:
    """A requirement that caught a mutant, and for which reason."""

    requirement: str
    verdict: Verdict
    code: str


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What became of one mutant. `declared` are the requirements that name it, each with the reasons that will do."""

    name: str
    provider: str
    why: str
    permanent: bool
    declared: Mapping[str, tuple[str, ...]]
    kills: tuple[Kill, ...]
    passes: tuple[str, ...]
    broken: str | None

    @property
    def killers(self) -> frozenset[str]:
        """Ids of the requirements that caught it."""
        return frozenset(kill.requirement for kill in self.kills)

    @property
    def missing(self) -> list[str]:
        """Declared, but did not catch it."""
        return [] if self.permanent else sorted(self.declared.keys() - self.killers)

    @property
    def extra(self) -> list[str]:
        """Caught it without saying so in the register; for a permanent mutant: what it got a PASS in."""
        return sorted(self.passes) if self.permanent else sorted(self.killers - self.declared.keys())

    @property
    def wrong(self) -> list[Kill]:
        """Caught it as declared, but for another reason: the requirement may be blind to what it is about."""
        return [kill for kill in self.kills if kill.code not in self.declared.get(kill.requirement, (kill.code,))]

    @property
    def status(self) -> str:
        """BROKEN, SURVIVED or KILLED (a permanent mutant survives with its first PASS)."""
        if self.broken:
            return "BROKEN"
        survived = bool(self.passes) if self.permanent else not self.kills
        return "SURVIVED" if survived else "KILLED"

    @property
    def equal(self) -> bool:
        """Whether it is caught exactly as declared."""
        return self.status == "KILLED" and not self.missing and not self.extra and not self.wrong

    def to_json(self) -> dict[str, Any]:
        """A row of kill-matrix.json."""
        return {
            "name": self.name,
            "provider": self.provider,
            "why": self.why,
            "permanent": self.permanent,
            "status": self.status,
            "broken": self.broken,
            "declared": sorted(self.declared),
            "codes": {id: list(codes) for id, codes in sorted(self.declared.items())},
            "kills": [{"requirement": k.requirement, "verdict": k.verdict.value, "code": k.code} for k in self.kills],
            "passes": list(self.passes),
            "missing": self.missing,
            "extra": self.extra,
            "wrong": [kill.requirement for kill in self.wrong],
            "equal": self.equal,
        }


@dataclass(frozen=True)
class KillMatrix:
    """All mutants against all requirements."""

    requirements: tuple[str, ...]
    mutants: tuple[MutantResult, ...]
    declared_only: bool = False

    @property
    def equal(self) -> bool:
        """Whether the matrix is the declared one (and not empty)."""
        return bool(self.mutants) and all(mutant.equal for mutant in self.mutants)

    def to_json(self) -> dict[str, Any]:
        """kill-matrix.json, schema 1."""
        rows = [mutant.to_json() for mutant in self.mutants]
        return {
            "schema": 1,
            "requirements": list(self.requirements),
            "declared_only": self.declared_only,
            "mutants": rows,
            "equal": self.equal,
        }

    def write(self, path: Path) -> None:
        """Write kill-matrix.json."""
        write_whole(path, (json.dumps(self.to_json(), indent=2) + "\n").encode())


def run_matrix(
    registers: Iterable[Register],
    providers: Callable[[], Iterable[Provider]],
    jobs: int,
    views: Sequence[View] = (),
    only: str | None = None,
    records: Path | None = None,
    declared_only: bool = False,
) -> KillMatrix:
    """Run every mutant (or the one called `only`) through the scenarios of what it meets, and judge that."""
    registers = list(registers)
    meets = declared if declared_only else affordable
    chosen = [
        (mutant, meets(register, mutant))
        for register in registers
        for mutant in mutants_of(register)
        if only in (None, mutant.name)
    ]
    preload(*sorted({mutant.function.__module__ for mutant, _ in chosen}))
    tasks = [
        Task(spec := mutant_spec(mutant, shown.provider), select(spec, shown, None), _folder(records, mutant))
        for mutant, shown in chosen
    ]
    stream = Stream(views)
    for task in tasks:
        stream.emit(MutantPlanned(task.spec.name, task.spec.provider, len(task.selection.scenarios())))
    found = run_scenarios(tasks, Options(providers=providers, jobs=jobs), stream)
    results = tuple(assess(mutant, shown, one) for (mutant, shown), one in zip(chosen, found, strict=True))
    return KillMatrix(tuple(row.id for register in registers for row in register.requirements), results, declared_only)


def _folder(records: Path | None, mutant: Mutant) -> Path | None:
    return records / mutant.name if records else None


def affordable(register: Register, mutant: Mutant) -> Register:
    """The register without costly scenarios, but for those in which the mutant is declared to be caught."""
    rows = []
    for row in register.requirements:
        kept = tuple(
            name for name in row.scenarios if mutant.name in row.mutants or not register.scenarios[name].costly
        )
        rows += [replace(row, scenarios=kept)] if kept else []
    return replace(register, requirements=tuple(rows))


def declared(register: Register, mutant: Mutant) -> Register:
    """The rows that name the mutant; for a permanent one, which none names, the affordable ones, shortened."""
    if mutant.permanent:
        return shortened(affordable(register, mutant))
    return replace(register, requirements=tuple(row for row in register.requirements if mutant.name in row.mutants))


def shortened(register: Register) -> Register:
    """The register with no more than `FEWER` requests in any scenario."""

    def lower(scenario: Scenario) -> Scenario:
        ceilings = replace(scenario.ceilings, requests=min(FEWER, scenario.ceilings.requests))
        return replace(scenario, ceilings=ceilings)

    return replace(register, scenarios={name: lower(one) for name, one in register.scenarios.items()})


def mutants_of(register: Register) -> list[Mutant]:
    """Mutants for the register's provider; those of no provider run everywhere."""
    return [m for m in register.vocabulary.mutants.values() if m.provider in (None, register.provider)]


def mutant_spec(mutant: Mutant, provider: str) -> ImporterSpec:
    """A mutant as an importer."""
    return ImporterSpec(
        name=mutant.name,
        provider=provider,
        adapter=CallableAdapter(mutant.target),
        source=SourceSpec("source.ndjson", "ndjson"),
        service=SERVICE if provider in PULLING else None,
    )


def assess(mutant: Mutant, register: Register, records: Records) -> MutantResult:
    """Judge a mutant's records. Pure."""
    results = [judge_requirement(row, register, mutant.name, None, records, Repeat()) for row in register.requirements]
    return MutantResult(
        name=mutant.name,
        provider=register.provider,
        why=mutant.why,
        permanent=mutant.permanent,
        declared=register.declared_kills().get(mutant.name, {}),
        kills=tuple(
            Kill(one.requirement.id, one.verdict, one.decisive.finding.code) for one in results if one.verdict in KILLS
        ),
        passes=tuple(one.requirement.id for one in results if one.verdict is Verdict.PASS),
        broken=why_broken(mutant, records, results),
    )


def why_broken(mutant: Mutant, records: Mapping[str, object], results: Sequence[Result]) -> str | None:
    """Why a mutant proves nothing: the harness failed, or it died before it did anything (unless it is meant to)."""
    for result in results:
        if result.verdict is Verdict.ERROR:
            return f"{result.requirement.id}: {result.decisive.finding.message}"
    runs = {name: record for name, record in records.items() if isinstance(record, Record)}
    if not runs:
        return "it has no record"
    if mutant.permanent:
        return None
    for name, record in runs.items():
        for process in record.processes:
            if crashed_early(process):
                return f"crashed before its first request in '{name}': {process.stderr.strip().split(chr(10))[-1]}"
    return None if any(record.exchanges for record in runs.values()) else "it never made a request"


def crashed_early(process: Process) -> bool:
    """Whether an exception that nobody caught ended it before its first request."""
    crashed = "Traceback (most recent call last)" in process.stderr and process.exit_code not in (0, None)
    return process.start_error is not None or (crashed and process.first_exchange is None)
