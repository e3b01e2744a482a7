"""What many rounds of one check said, held against the first of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from customhouse_conformance.findings import Finding, Verdict
from customhouse_conformance.results import Result, count


class Place(NamedTuple):
    """What a finding is about: a requirement, in one of its scenarios."""

    provider: str
    requirement: str
    scenario: str


Findings = Mapping[Place, Finding]

#: What says nothing about the importer, and the exit code that `customhouse check` gives it.
UNJUDGED = {Verdict.UNTESTABLE: 3, Verdict.ERROR: 4}


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that is not the first round's: another verdict, or the same for another reason."""

    round: int
    place: Place
    first: Finding
    now: Finding

    def words(self) -> str:
        """One line for a reader."""
        was = f"{self.first.verdict.value} ({self.first.code}) in the first round"
        now = f"{self.now.verdict.value} ({self.now.code}): {self.now.message}"
        return f"{self.place.requirement} in '{self.place.scenario}': {was}, now {now}"

    def to_json(self) -> dict[str, Any]:
        """A row of steady.json."""
        return {
            "round": self.round,
            **self.place._asdict(),
            "first": _said(self.first),
            "now": _said(self.now),
        }


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A reason why findings of the first round could not be judged, and where it was given."""

    finding: Finding
    places: Sequence[Place]

    def words(self) -> str:
        """One line for a reader."""
        first, *others = self.places
        at = f"{first.requirement} in '{first.scenario}'" + (f" and {len(others)} more" if others else "")
        return f"{at}: {self.finding.verdict.value} ({self.finding.code}): {self.finding.message}"


@dataclass
class Tally:
    """The rounds so far, out of so many that are wanted."""

    importer: str
    wanted: int
    first: Findings = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    interrupted: bool = False

    @property
    def rounds(self) -> int:
        """How many are over."""
        return len(self.seconds)

    @property
    def unjudged(self) -> list[Unjudged]:
        """Why findings of the first round could not be judged, each reason once."""
        reasons: dict[tuple[str, str, str], list[Place]] = {}
        for place, finding in self.first.items():
            if finding.verdict in UNJUDGED:
                reasons.setdefault((finding.verdict, finding.code, finding.message), []).append(place)
        return [Unjudged(self.first[places[0]], places) for places in reasons.values()]

    def take(self, results: Iterable[Result], seconds: float) -> list[Difference]:
        """Count a round in; how it differs from the first."""
        results = list(results)
        found = findings_of(results)
        if not self.seconds:
            self.first, self.verdicts = found, count(results)
        self.seconds.append(round(seconds, 3))
        new = [
            Difference(self.rounds, place, first, found[place])
            for place, first in self.first.items()
            if (first.verdict, first.code) != (found[place].verdict, found[place].code)
        ]
        self.differences += new
        return new

    def document(self) -> dict[str, Any]:
        """steady.json, schema 1: whole after every round."""
        return {
            "schema": 1,
            "importer": self.importer,
            "wanted": self.wanted,
            "rounds": self.rounds,
            "interrupted": self.interrupted,
            "requirements": len({(place.provider, place.requirement) for place in self.first}),
            "findings": len(self.first),
            "first": dict(self.verdicts),
            "seconds": self.seconds,
            "differences": [one.to_json() for one in self.differences],
        }


def findings_of(results: Iterable[Result]) -> Findings:
    """Every finding by its place. A verdict is the worst of them, so that equal findings are equal verdicts."""
    return {
        Place(result.provider, result.requirement.id, one.scenario): one.finding
        for result in results
        for one in result.findings
    }


def _said(finding: Finding) -> dict[str, str]:
    return {"verdict": finding.verdict.value, "code": finding.code, "message": finding.message}
