"""The register of requirements as frozen rows: what is required, where it is seen, and who must be caught by it.

`register_tables` reads them, `register_lint` says what a row may not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customhouse_conformance.registry import Vocabulary
from customhouse_conformance.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Cell:
    """A judge or witness as a row names it, with its parameters."""

    name: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row. `kind` is the column *class*; `codes` are the reasons for which each mutant may be caught."""

    id: str
    level: str
    kind: str
    text: str
    source: str
    provenance: str
    capability: str | None
    scenarios: tuple[str, ...]
    witness: Cell
    judge: Cell
    codes: dict[str, tuple[str, ...]]

    @property
    def mutants(self) -> tuple[str, ...]:
        """Names of the mutants that it must catch."""
        return tuple(self.codes)

    def to_json(self) -> dict[str, Any]:
        """The row with the columns of design.md, and the reasons for which mutants are caught."""
        return {
            "id": self.id,
            "level": self.level,
            "class": self.kind,
            "text": self.text,
            "source": self.source,
            "provenance": self.provenance,
            "capability": self.capability,
            "scenarios": list(self.scenarios),
            "witness": self.witness.name,
            "judge": self.judge.name,
            "mutants": list(self.mutants),
            "codes": {name: list(codes) for name, codes in self.codes.items()},
        }


@dataclass(frozen=True)
class Register:
    """Requirements, scenarios and words of one provider, known to fit together; `retired` are ids of earlier ones."""

    provider: str
    requirements: tuple[Requirement, ...]
    scenarios: Mapping[str, Scenario]
    vocabulary: Vocabulary
    retired: tuple[str, ...] = ()

    def declared_kills(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Mutant → id of each requirement that says it catches it → for which reason, or one of which."""
        kills: dict[str, dict[str, tuple[str, ...]]] = {}
        for row in self.requirements:
            for name, codes in row.codes.items():
                kills.setdefault(name, {})[row.id] = codes
        return kills
