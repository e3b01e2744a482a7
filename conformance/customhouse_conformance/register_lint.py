"""The lint of the requirement tables: what a row may not say, and what no row uses.

`lint` looks at one table, whenever it is read. `loose_ends` looks at all of them together, since judges and witnesses
are shared: a word that no row uses, a scenario that is never run and a mutant that nothing must catch are dead weight,
or a row that somebody forgot to write.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from customhouse_conformance.capabilities import known
from customhouse_conformance.errors import RegisterError
from customhouse_conformance.register import Cell, Register, Requirement
from customhouse_conformance.registry import Mutant, Registry, Vocabulary, misfit
from customhouse_conformance.scenarios import Scenario

#: A contract follows from the vendor's text, or from what the vendor's API was seen to do; a guess is no contract.
SURE = ("documented", "observed")
#: A source that is an address, and after it perhaps what is meant there: `https://…, "Rate limits"`.
ADDRESS = re.compile(r"https?://[\w.-]+\.\w+(/[^\s,;]*)?([,:;] \S.*)?")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Parameters of judges and witnesses that name faults of a scenario.
FAULTS = ("fault", "faults")

Complain = Callable[[str], None]


def lint(
    provider: str,
    rows: Sequence[Requirement],
    retired: Sequence[str],
    scenarios: Mapping[str, Scenario],
    words: Vocabulary,
) -> list[str]:
    """All problems of one table but those of its mutants, each with its row and what to do."""
    problems = [
        *_twice((row.id for row in rows), "rows have this id; give each its own"),
        *_twice((row.text for row in rows), "rows have this text; say what tells them apart"),
        *_twice(retired, "times this id is retired; once is enough"),
        *(f"{id}: is retired; take a new number" for id in sorted({row.id for row in rows} & set(retired))),
    ]
    for row in rows:
        complain = _complainer(row.id, problems)
        _lint_words(row, provider, complain)
        _lint_scenarios(row, scenarios, complain)
        _lint_codes(row, complain)
        _lint_cell(row.judge, words.judges, complain)
        _lint_cell(row.witness, words.witnesses, complain)
        _lint_faults(row, scenarios, complain)
    return problems


def lint_mutants(provider: str, rows: Iterable[Requirement], words: Vocabulary) -> list[str]:
    """Mutants that are none, or none that a row may name."""
    problems: list[str] = []
    for row in rows:
        for name in row.mutants:
            _lint_mutant(name, provider, words.mutants, _complainer(row.id, problems))
    return problems


def loose_ends(registers: Iterable[Register]) -> list[str]:
    """What no row of all these registers uses; they must share their words."""
    registers = list(registers)
    rows = [row for register in registers for row in register.requirements]
    problems = []
    for register in registers:
        run = {name for row in register.requirements for name in row.scenarios}
        problems += [f"scenario '{name}' ({register.provider}) is run for no requirement; remove it, or write the row"
                     for name in register.scenarios if name not in run]  # fmt: skip
    if not registers:
        return problems
    words, mend = registers[0].vocabulary, "remove it, or write the row"
    problems += _unused(words.judges, {row.judge.name for row in rows}, mend)
    problems += _unused(words.witnesses, {row.witness.name for row in rows}, mend)
    named = {name for row in rows for name in row.mutants}
    kept = {mutant.name for mutant in words.mutants.values() if mutant.permanent}
    problems += _unused(words.mutants, named | kept, "remove it, or name it in the row that catches it")
    problems += [f"mutant '{mutant.name}' says nowhere what is broken; give its function a docstring"
                 for mutant in words.mutants.values() if not mutant.why]  # fmt: skip
    return problems


def _complainer(id: str, problems: list[str]) -> Complain:
    return lambda what: problems.append(f"{id}: {what}")


def _twice(names: Iterable[str], what: str) -> list[str]:
    return [f"{name}: {count} {what}" for name, count in Counter(names).items() if count > 1]


def _unused(registry: Registry[Any], used: Collection[str], mend: str) -> list[str]:
    return [f"{registry.what} '{name}' is used by no requirement; {mend}" for name in registry if name not in used]


def _lint_words(row: Requirement, provider: str, complain: Complain) -> None:
    for name, value in (("text", row.text), ("source", row.source)):
        if not value.strip():
            complain(f"'{name}' is empty; write it")
    if row.source.startswith("http") and not ADDRESS.fullmatch(row.source):
        complain(f"'{row.source}' is no address; write it without blanks, and after ', ' what is meant there")
    if row.kind == "contract" and row.provenance not in SURE:
        complain(f'is a contract that is merely {row.provenance}; class = "robustness", or find where it is written')
    if row.capability is not None and row.capability not in known(provider):
        complain(f"nobody can claim the capability '{row.capability}'; those are: {', '.join(known(provider))}")


def _lint_scenarios(row: Requirement, scenarios: Collection[str], complain: Complain) -> None:
    if not row.scenarios:
        complain("names no scenario; it could never be exercised")
    for name in row.scenarios:
        if name not in scenarios:
            complain(f"no scenario is called '{name}'; add it or mend the name")
    for problem in _twice(row.scenarios, "times this scenario is named; once is enough"):
        complain(problem)


def _lint_codes(row: Requirement, complain: Complain) -> None:
    if row.level == "MUST" and not row.mutants:
        complain("is a MUST without a mutant; write the broken importer that it catches")
    for code in sorted({code for codes in row.codes.values() for code in codes}):
        if not CODE.fullmatch(code):
            complain(f"'{code}' is no reason code; write words in small letters with hyphens, as judges do")


def _lint_mutant(name: str, provider: str, mutants: Registry[Mutant], complain: Complain) -> None:
    if not _lint_name(name, mutants, complain):
        return
    mutant = mutants.get(name)
    if mutant.permanent:
        complain(f"'{name}' is a permanent mutant, which no requirement may name; write one of its own")
    if mutant.provider not in (None, provider):
        complain(f"mutant '{name}' is an importer into {mutant.provider}; name one into {provider}")


def _lint_faults(row: Requirement, scenarios: Mapping[str, Scenario], complain: Complain) -> None:
    """A misspelt fault is never served, so that its requirement would never be exercised."""
    served = {id for name in row.scenarios if name in scenarios for id in scenarios[name].fault_ids}
    for cell in (row.witness, row.judge):
        for key in FAULTS:
            named = cell.params.get(key, ())
            for fault in [named] if isinstance(named, str) else named:
                if fault not in served:
                    complain(f"none of its scenarios serves a fault '{fault}'; they serve: {', '.join(sorted(served))}")


def _lint_name(name: str, registry: Registry[Any], complain: Complain) -> bool:
    try:
        registry.get(name)
    except RegisterError as error:
        complain(f"{error.what}; {error.mend}")
        return False
    return True


def _lint_cell(cell: Cell, registry: Registry[Any], complain: Complain) -> None:
    if _lint_name(cell.name, registry, complain):
        why = misfit(registry.get(cell.name), cell.params)
        if why:
            complain(f"{registry.what} '{cell.name}' does not take these parameters: {why}")
