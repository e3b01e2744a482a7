"""What a run is to judge, and which scenarios that takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from customhouse_conformance.errors import SelectionError
from customhouse_conformance.gaps import Gap, Kind, gap_of, refuse_misfits
from customhouse_conformance.globs import is_named
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.register import Register, Requirement
from customhouse_conformance.results import missing_needs
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.verdicts import applies


@dataclass(frozen=True)
class Selection:
    """Requirements of one provider for one importer, in the order of the register."""

    importer: str
    capabilities: tuple[str, ...] | None
    register: Register
    requirements: tuple[Requirement, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def provider(self) -> str:
        """The provider of the register."""
        return self.register.provider

    def skip(self, requirement: Requirement) -> Gap | None:
        """The gap that takes a requirement out of the run, if there is one."""
        gap = gap_of(self.gaps, requirement.id)
        return gap if gap and gap.kind is Kind.SKIP else None

    def scenarios(self) -> tuple[Scenario, ...]:
        """Scenarios to run: those of requirements that apply and are no gap's skip, if their needs are claimed."""
        claimed = self.capabilities
        rows = [row for row in self.requirements if applies(row, claimed) and not self.skip(row)]
        names = {name for row in rows for name in row.scenarios}
        return tuple(
            scenario
            for name, scenario in self.register.scenarios.items()
            if name in names and not missing_needs(scenario.needs, claimed)
        )


def whole_of(selections: Sequence[Selection]) -> dict[str, int]:
    """How many requirements the registers hold for each importer, asked or not."""
    found: dict[str, int] = {}
    for one in selections:
        found[one.importer] = found.get(one.importer, 0) + len(one.register.requirements)
    return found


def select(spec: ImporterSpec, register: Register, only: str | None) -> Selection:
    """The requirements whose id `is_named` (all without a glob); `ManifestError` for a gap that fits none at all."""
    refuse_misfits(spec.gaps, spec.name, register)
    chosen = tuple(row for row in register.requirements if is_named(row.id, only))
    return Selection(spec.name, spec.capabilities, register, chosen, spec.gaps)


def refuse_nothing(selections: Sequence[Selection], only: str | None) -> None:
    """`SelectionError` when no requirement is selected at all: silence must not look like success."""
    if not any(selection.requirements for selection in selections):
        pattern = f"'--only {only}' matches no requirement" if only is not None else "the register holds no requirement"
        raise SelectionError(pattern, "`customhouse requirements` lists the ids; * and ? are wildcards")
