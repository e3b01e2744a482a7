"""The result of one requirement for one importer: what every report shows."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from customhouse_conformance.advice import advice
from customhouse_conformance.endings import how_it_ended
from customhouse_conformance.findings import Finding, Verdict
from customhouse_conformance.gaps import Gap, Mark, Overlay, mark_of
from customhouse_conformance.record import Record
from customhouse_conformance.register import Register, Requirement
from customhouse_conformance.smallest import Smallest
from customhouse_conformance.verdicts import ORDER, NoRecord, applies, combine, exit_code, judge_record

#: The reason of every NOT APPLICABLE.
NOT_CLAIMED = "not-claimed"


@dataclass(frozen=True, slots=True)
class ScenarioFinding:
    """One finding, the scenario whose record it is about, and how the importer's runs in it ended, in words."""

    scenario: str
    finding: Finding
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One cell of the matrix importers × requirements. `mark` is there if the manifest tells of a gap.

    `smallest` is there if the smallest source that still fails was looked for.
    """

    importer: str
    provider: str
    requirement: Requirement
    verdict: Verdict
    findings: tuple[ScenarioFinding, ...]
    repeat: str
    mark: Mark | None = None
    smallest: Smallest | None = None

    @property
    def cell(self) -> tuple[str, str, str]:
        """Where it stands in the matrix."""
        return self.importer, self.provider, self.requirement.id

    @property
    def overlay(self) -> Overlay | None:
        """What the gap makes of the verdict."""
        return self.mark.overlay if self.mark else None

    @property
    def standing(self) -> Verdict:
        """What it counts as in the exit code: a stale gap is a failure, a gap that holds turns nothing red."""
        if self.overlay is None:
            return self.verdict
        if self.overlay is Overlay.STALE:
            return Verdict.FAIL
        judged = self.verdict in (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
        return Verdict.WARN if judged else Verdict.NOT_APPLICABLE

    @property
    def excused(self) -> bool:
        """Whether a gap holds: nobody has to act on it today."""
        return self.overlay in (Overlay.KNOWN, Overlay.FLAKY)

    @property
    def decisive(self) -> ScenarioFinding:
        """The worst finding: the one that the verdict stands on."""
        return min(self.findings, key=lambda one: ORDER.index(one.finding.verdict))

    @property
    def advice(self) -> str | None:
        """What to do about it, if anything."""
        return advice(self.provider, self.requirement.id, self.verdict, self.decisive.finding.code)

    def to_json(self) -> dict[str, Any]:
        """A row of results.json."""
        row = self.requirement
        decisive = self.decisive.finding
        return {
            "importer": self.importer,
            "provider": self.provider,
            "requirement": row.id,
            "level": row.level,
            "class": row.kind,
            "text": row.text,
            "source": row.source,
            "provenance": row.provenance,
            "verdict": self.verdict.value,
            "overlay": self.overlay,
            "gap": self.mark.gap.to_json() | {"says": self.mark.says} if self.mark else None,
            "code": decisive.code,
            "message": decisive.message,
            "evidence": asdict(decisive.evidence),
            "scenarios": [
                {
                    "scenario": one.scenario,
                    "verdict": one.finding.verdict.value,
                    "code": one.finding.code,
                    "message": one.finding.message,
                    "evidence": asdict(one.finding.evidence),
                    "ended": list(one.ended),
                }
                for one in self.findings
            ],
            "advice": self.advice,
            "smallest": self.smallest.to_json() if self.smallest else None,
            "repeat": self.repeat,
        }


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a reader runs one requirement again."""

    seed: int = 0
    manifest: str | None = None

    def command(self, importer: str, provider: str, requirement: str) -> str:
        """One line for a shell."""
        words = ["customhouse", "check", importer, "--provider", provider, "--only", requirement]
        words += ["--seed", str(self.seed)] if self.seed else []
        words += ["--manifest", self.manifest] if self.manifest else []
        return shlex.join(words)


def judge_requirement(
    requirement: Requirement,
    register: Register,
    importer: str,
    capabilities: Sequence[str] | None,
    records: Mapping[str, Record | NoRecord],
    repeat: Repeat,
) -> Result:
    """The result of one requirement out of the records of its scenarios. Pure."""
    if not applies(requirement, capabilities):
        findings: tuple[ScenarioFinding, ...] = (_not_claimed(requirement.capability or ""),)
        verdict = Verdict.NOT_APPLICABLE
    else:
        findings = tuple(
            ScenarioFinding(name, _judge(requirement, register, name, capabilities, records), _ended(records.get(name)))
            for name in requirement.scenarios
        )
        verdict = combine(requirement.level, [one.finding for one in findings])
    command = repeat.command(importer, register.provider, requirement.id)
    return Result(importer, register.provider, requirement, verdict, findings, command)


def count(results: Iterable[Result]) -> dict[str, int]:
    """How many results have each verdict; every word is there, zero included."""
    found = Counter(result.verdict for result in results)
    return {verdict.value: found[verdict] for verdict in Verdict}


def count_overlays(results: Iterable[Result]) -> dict[str, int]:
    """How many results have each overlay, zero included."""
    found = Counter(result.overlay for result in results)
    return {overlay.value: found[overlay] for overlay in Overlay}


def conclude(results: Iterable[Result]) -> int:
    """The exit code of a run, gaps taken into account."""
    return exit_code((result.requirement.level, result.standing) for result in results)


def lay_over(result: Result, gap: Gap | None, today: date) -> Result:
    """The result with what a gap makes of it. Pure."""
    return replace(result, mark=mark_of(gap, result.requirement.id, result.verdict, today))


def skip_requirement(requirement: Requirement, provider: str, importer: str, gap: Gap, repeat: Repeat) -> Result:
    """The result of a requirement that the manifest takes out of the run."""
    finding = Finding(Verdict.NOT_EXERCISED, "skipped", f"not run: {gap.reason}")
    command = repeat.command(importer, provider, requirement.id)
    return Result(importer, provider, requirement, finding.verdict, (ScenarioFinding("-", finding),), command)


def missing_needs(needs: Sequence[str], capabilities: Sequence[str] | None) -> list[str]:
    """Capabilities that a scenario needs and the importer does not claim."""
    return [] if capabilities is None else [need for need in needs if need not in capabilities]


def _judge(
    requirement: Requirement,
    register: Register,
    scenario: str,
    capabilities: Sequence[str] | None,
    records: Mapping[str, Record | NoRecord],
) -> Finding:
    missing = missing_needs(register.scenarios[scenario].needs, capabilities)
    if missing:
        return _not_claimed(", ".join(missing), scenario).finding
    record = records.get(scenario) or NoRecord("no-record", f"there is no record of scenario '{scenario}'")
    finding = judge_record(requirement, record, register.vocabulary)
    if finding.code == "no-witness":
        return replace(finding, message=f"{finding.message}. Scenario: {register.scenarios[scenario].text}")
    return finding


def _ended(record: Record | NoRecord | None) -> tuple[str, ...]:
    return tuple(how_it_ended(process) for process in record.processes) if isinstance(record, Record) else ()


def _not_claimed(capability: str, scenario: str = "-") -> ScenarioFinding:
    message = f"the manifest does not claim the capability '{capability}'"
    return ScenarioFinding(scenario, Finding(Verdict.NOT_APPLICABLE, NOT_CLAIMED, message))
