"""Reads the register of requirements: tables in, linted, and frozen rows out.

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
from importlib import resources
from typing import Any

from customhouse_conformance import advice
from customhouse_conformance.errors import RegisterError, UsageError
from customhouse_conformance.register import Cell, Register, Requirement
from customhouse_conformance.register_lint import lint, lint_mutants, loose_ends
from customhouse_conformance.registry import Vocabulary, populate
from customhouse_conformance.scenarios import Scenario, load_scenarios
from customhouse_conformance.tables import Table

ID = re.compile(r"^(INTERCOM|INTANDEM|RALLY)-[A-Z]+-\d\d$")
LEVELS = ("MUST", "SHOULD", "MAY")
CLASSES = ("contract", "robustness")
GRADES = ("documented", "observed", "inferred", "invented")


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
