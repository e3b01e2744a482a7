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
    mutants.lost-rows = ["ignores_429"]    # by the reason for which they must be caught; under two, either will do
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from customhouse_conformance import advice
from customhouse_conformance.errors import RegisterError, UsageError
from customhouse_conformance.register_lint import lint, lint_mutants, loose_ends
from customhouse_conformance.registry import Vocabulary, populate
from customhouse_conformance.scenarios import Scenario, load_scenarios
from customhouse_conformance.tables import Table

ID = re.compile(r"^(INTERCOM|INTANDEM|RALLY)-[A-Z]+-\d\d$")
LEVELS = ("MUST", "SHOULD", "MAY")
CLASSES = ("contract", "robustness")
GRADES = ("documented", "observed", "inferred", "invented")


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


def providers() -> tuple[str, ...]:
    """Providers that have a requirement table."""
    folder = resources.files(f"{__package__}.requirements")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_register(provider: str, mutants: bool = False) -> Register:
    """The built-in register of one provider, read and linted; `UsageError` if this version has none for it.

    Mutants are imported only if they are asked for: who checks or judges needs none, and they take longest.
    """
    if provider not in providers():
        have = ", ".join(providers())
        raise UsageError(f"there are no requirements for '{provider}' in this version", f"there are some for: {have}")
    text = resources.files(f"{__package__}.requirements").joinpath(f"{provider}.toml").read_text("utf-8")
    vocabulary = populate("judges", "witnesses", *(["mutants"] if mutants else []))
    return build_register(provider, tomllib.loads(text), load_scenarios(provider), vocabulary, mutants)


def load_registers(provider: str | None = None) -> list[Register]:
    """The built-in registers of all providers, or of one, with their mutants.

    `RegisterError` too if a row names a mutant that is none, if anything in them is used by no row, or if nothing says
    what to do about a row that is broken.
    """
    registers = [load_register(name, mutants=True) for name in providers()]
    problems = loose_ends(registers)
    problems += [problem for one in registers for problem in advice.lint(one.provider, one.requirements)]
    if problems:
        raise RegisterError(f"requirements: {problems[0]}", "\n  ".join(problems[1:]))
    return [register for register in registers if provider in (None, register.provider)]


def build_register(
    provider: str,
    data: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    vocabulary: Vocabulary,
    mutants: bool = True,
) -> Register:
    """Read a parsed requirement table and lint it, mutants too if it has them; `RegisterError` names row and mend."""
    table = Table(data, f"requirements/{provider}.toml", RegisterError)
    retired = table.names("retired", ())
    for id in retired:
        _check_id(table, id, provider)
    rows = tuple(_read_row(Table(row, _place(provider, row, n), RegisterError), provider) for n, row in
                 enumerate(table.rows("requirement"), start=1))  # fmt: skip
    table.finish()
    problems = lint(provider, rows, retired, scenarios, vocabulary)
    problems += lint_mutants(provider, rows, vocabulary) if mutants else []
    if problems:
        raise RegisterError(f"requirements/{provider}.toml: {problems[0]}", "\n  ".join(problems[1:]))
    return Register(provider, rows, scenarios, vocabulary, retired)


def _place(provider: str, row: Mapping[str, Any], number: int) -> str:
    return f"requirements/{provider}.toml: " + (str(row["id"]) if "id" in row else f"row {number}")


def _read_row(table: Table, provider: str) -> Requirement:
    id = table.text("id")
    _check_id(table, id, provider)
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
        codes=_codes(table),
    )
    table.finish()
    return row


def _check_id(table: Table, id: str, provider: str) -> None:
    if not ID.match(id) or not id.startswith(provider.upper() + "-"):
        table.refuse(f"id '{id}' is not of the form {provider.upper()}-AREA-nn", "give it such an id")


def _codes(table: Table) -> dict[str, tuple[str, ...]]:
    """`mutants.CODE = [NAME, …]` the other way round."""
    if not isinstance(table.raw("mutants"), dict):
        table.refuse("'mutants' is missing or no table", 'write mutants.CODE = ["NAME", …], CODE as the judge says it')
    reasons = table.table("mutants")
    codes: dict[str, tuple[str, ...]] = {}
    for code in reasons.data:
        for name in reasons.names(code):
            codes[name] = (*codes.get(name, ()), code)
    return codes


def _cell(table: Table, key: str) -> Cell:
    value = table.raw(key)
    if isinstance(value, str):
        return Cell(value, {})
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        table.refuse(f"'{key}' is missing or no name", f'write {key} = "name" or {{name = "…", parameter = …}}')
    return Cell(value["name"], {name: param for name, param in value.items() if name != "name"})
