"""The register of requirements: tables read, linted, and handed out as frozen rows.

One TOML file per provider, `requirements/<provider>.toml`:

    retired = ["INTERCOM-AUTH-09"]

    [[requirement]]
    id = "INTERCOM-RATE-01"            # PROVIDER-AREA-nn; never positional, never used again once retired
    level = "MUST"                     # MUST, SHOULD, MAY
    class = "contract"                 # follows from the vendor's text; "robustness" is ours
    text = "A 429 loses no row."
    source = "https://…"
    provenance = "documented"          # documented, observed, inferred, invented
    capability = "…"                   # optional: only judged where the manifest claims it
    scenarios = ["rate-429"]
    witness = "saw_429"                # a name, or {name = "…", parameter = …}
    judge = {name = "rows_arrive", fields = ["name"]}
    mutants = ["ignores_429"]
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from customhouse_conformance.errors import RegisterError, UsageError
from customhouse_conformance.registry import Mutant, Registry, Vocabulary, misfit, populate
from customhouse_conformance.scenarios import Scenario, load_scenarios
from customhouse_conformance.tables import Table

ID = re.compile(r"^(INTERCOM|INTANDEM|RALLY)-[A-Z]+-\d\d$")
LEVELS = ("MUST", "SHOULD", "MAY")
CLASSES = ("contract", "robustness")
GRADES = ("documented", "observed", "inferred", "invented")

Complain = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A judge or witness as a row names it, with its parameters."""

    name: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row. `kind` is the column *class*."""

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
    mutants: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The row with the columns of design.md."""
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
        }


@dataclass(frozen=True)
class Register:
    """Requirements, scenarios and words of one provider, known to fit together."""

    provider: str
    requirements: tuple[Requirement, ...]
    scenarios: Mapping[str, Scenario]
    vocabulary: Vocabulary

    def declared_kills(self) -> dict[str, set[str]]:
        """Mutant → ids of the requirements that say they catch it: the only place where that is written."""
        kills: dict[str, set[str]] = {}
        for row in self.requirements:
            for name in row.mutants:
                kills.setdefault(name, set()).add(row.id)
        return kills


def providers() -> tuple[str, ...]:
    """Providers that have a requirement table."""
    folder = resources.files(f"{__package__}.requirements")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_register(provider: str) -> Register:
    """The built-in register of one provider, read and linted; `UsageError` if this version has none for it."""
    if provider not in providers():
        have = ", ".join(providers())
        raise UsageError(f"there are no requirements for '{provider}' in this version", f"there are some for: {have}")
    text = resources.files(f"{__package__}.requirements").joinpath(f"{provider}.toml").read_text("utf-8")
    vocabulary = populate("judges", "witnesses", "mutants")
    return build_register(provider, tomllib.loads(text), load_scenarios(provider), vocabulary)


def build_register(
    provider: str, data: Mapping[str, Any], scenarios: Mapping[str, Scenario], vocabulary: Vocabulary
) -> Register:
    """Read a parsed requirement table and lint it; raises `RegisterError` naming row and mend."""
    table = Table(data, f"requirements/{provider}.toml", RegisterError)
    retired = table.names("retired", ())
    rows = tuple(_read_row(Table(row, _place(provider, row, n), RegisterError), provider) for n, row in
                 enumerate(table.rows("requirement"), start=1))  # fmt: skip
    table.finish()
    problems = lint(rows, retired, scenarios, vocabulary)
    if problems:
        raise RegisterError(f"requirements/{provider}.toml: {problems[0]}", "\n  ".join(problems[1:]))
    return Register(provider, rows, scenarios, vocabulary)


def lint(
    rows: Iterable[Requirement], retired: Collection[str], scenarios: Collection[str], vocabulary: Vocabulary
) -> list[str]:
    """All problems of a register, each with its row and what to do."""
    rows = list(rows)
    problems = [f"{id}: {count} rows have this id; give each its own" for id, count in
                Counter(row.id for row in rows).items() if count > 1]  # fmt: skip
    for row in rows:
        complain = _complainer(row.id, problems)
        if row.id in retired:
            complain("is retired; take a new number")
        _lint_scenarios(row, scenarios, complain)
        _lint_mutants(row, vocabulary.mutants, complain)
        _lint_cell(row.judge, vocabulary.judges, complain)
        _lint_cell(row.witness, vocabulary.witnesses, complain)
    return problems


def _lint_scenarios(row: Requirement, scenarios: Collection[str], complain: Complain) -> None:
    if not row.scenarios:
        complain("names no scenario; it could never be exercised")
    for name in row.scenarios:
        if name not in scenarios:
            complain(f"no scenario is called '{name}'; add it or mend the name")


def _lint_mutants(row: Requirement, mutants: Registry[Mutant], complain: Complain) -> None:
    if row.level == "MUST" and not row.mutants:
        complain("is a MUST without a mutant; write the broken importer that it catches")
    for name in row.mutants:
        if _lint_name(name, mutants, complain) and mutants.get(name).permanent:
            complain(f"'{name}' is a permanent mutant, which no requirement may name; write one of its own")


def _complainer(id: str, problems: list[str]) -> Complain:
    return lambda what: problems.append(f"{id}: {what}")


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


def _place(provider: str, row: Mapping[str, Any], number: int) -> str:
    return f"requirements/{provider}.toml: " + (str(row["id"]) if "id" in row else f"row {number}")


def _read_row(table: Table, provider: str) -> Requirement:
    id = table.text("id")
    if not ID.match(id) or not id.startswith(provider.upper() + "-"):
        table.refuse(f"id '{id}' is not of the form {provider.upper()}-AREA-nn", "give it such an id")
    row = Requirement(
        id=id,
        level=table.choice("level", LEVELS),
        kind=table.choice("class", CLASSES),
        text=table.text("text"),
        source=table.text("source"),
        provenance=table.choice("provenance", GRADES),
        capability=table.optional_text("capability"),
        scenarios=table.names("scenarios"),
        witness=_cell(table, "witness"),
        judge=_cell(table, "judge"),
        mutants=table.names("mutants"),
    )
    table.finish()
    return row


def _cell(table: Table, key: str) -> Cell:
    value = table.raw(key)
    if isinstance(value, str):
        return Cell(value, {})
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        table.refuse(f"'{key}' is missing or no name", f'write {key} = "name" or {{name = "…", parameter = …}}')
    return Cell(value["name"], {name: param for name, param in value.items() if name != "name"})
