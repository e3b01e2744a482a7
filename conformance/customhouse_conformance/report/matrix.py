"""The kill matrix on a terminal."""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from customhouse_conformance.events import Event, MutantPlanned, ScenarioFinished
from customhouse_conformance.kill_matrix import KillMatrix, MutantResult

STYLES = {"KILLED": "green", "SURVIVED": "bold red", "BROKEN": "bold white on red"}


class MutantProgress:
    """A line when all scenarios of a mutant have run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._left: Counter[tuple[str, str]] = Counter()
        self._took: Counter[tuple[str, str]] = Counter()

    def handle(self, event: Event) -> None:
        """Count scenarios."""
        if isinstance(event, MutantPlanned):
            self._left[event.importer, event.provider] = event.scenarios
        elif isinstance(event, ScenarioFinished):
            mutant = event.importer, event.provider
            self._left[mutant] -= 1
            self._took[mutant] += round(event.duration_s * 1000)
            if not self._left[mutant]:
                said = f"{event.importer} ({event.provider})  {self._took[mutant] / 1000:.1f} s"
                self._console.print(Text(said, style="dim"), soft_wrap=True)


def print_matrix(matrix: KillMatrix, console: Console) -> None:
    """One line per mutant, then every difference from the register in words."""
    table = Table("mutant", "status", "killed by", box=None, pad_edge=False)
    for mutant in matrix.mutants:
        style = STYLES[mutant.status] if mutant.equal or mutant.status != "KILLED" else "yellow"
        table.add_row(mutant.name, Text(mutant.status, style=style), _killers(mutant))
    console.print(table)
    console.print()
    for mutant in matrix.mutants:
        for line in differences(mutant):
            console.print(Text(line), soft_wrap=True)
    asked = " (only what each mutant is named by)" if matrix.declared_only else ""
    verdict = ("equal to the register" if matrix.equal else "NOT equal to the register") + asked
    console.print(
        Text(f"{len(matrix.mutants)} mutants × {len(matrix.requirements)} requirements: {verdict}", style="bold"),
        soft_wrap=True,
    )


def differences(mutant: MutantResult) -> list[str]:
    """What is not as declared, in words."""
    lines = [f"{mutant.name}: BROKEN, {mutant.broken}"] if mutant.broken else []
    lines += [f"{mutant.name}: survives {id}, whose row names it" for id in mutant.missing]
    word = "got a PASS in" if mutant.permanent else "is also killed by"
    tail = ", a permanent mutant may get none" if mutant.permanent else ", whose row does not name it"
    lines += [f"{mutant.name}: {word} {id}{tail}" for id in mutant.extra]
    for kill in mutant.wrong:
        reasons = " or ".join(f"'{code}'" for code in mutant.declared[kill.requirement])
        lines.append(
            f"{mutant.name}: {kill.requirement} catches it for the reason '{kill.code}'; declared is {reasons}"
        )
    if not mutant.permanent and not mutant.declared and not mutant.kills:
        lines.append(f"{mutant.name}: no requirement names it")
    return lines


def _killers(mutant: MutantResult) -> str:
    if mutant.permanent:
        return "permanent: no PASS" if not mutant.passes else f"{len(mutant.passes)} PASS"
    return ", ".join(f"{kill.requirement} ({kill.code})" for kill in mutant.kills)
