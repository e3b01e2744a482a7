"""The kill matrix as a page of the report, out of the kill-matrix.json that `customhouse mutants --out` wrote."""

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from customhouse_conformance.errors import UsageError
from customhouse_fakes.core.schemas import Schema

#: Where a matrix lies when it lies beside a report.
BESIDE = ("kill-matrix.json", "mutants/kill-matrix.json", "kills/kill-matrix.json")


@dataclass(frozen=True, slots=True)
class Kills:
    """A matrix that was read, and the name it was read under."""

    source: str
    requirements: tuple[str, ...]
    mutants: tuple[dict[str, Any], ...]
    equal: bool
    declared_only: bool

    def mark(self, mutant: dict[str, Any], requirement: str) -> str:
        """What stands where they meet: killed, extra (not declared), missed (declared, not killed), wrong (killed, but
        for another reason than declared), or nothing."""
        killed = any(kill["requirement"] == requirement for kill in mutant["kills"])
        if requirement in mutant["declared"]:
            return ("wrong" if requirement in mutant.get("wrong", ()) else "killed") if killed else "missed"
        return "extra" if killed and not mutant["permanent"] else ""

    @property
    def own(self) -> list[dict[str, Any]]:
        """Mutants that requirements name."""
        return [mutant for mutant in self.mutants if not mutant["permanent"]]

    @property
    def permanent(self) -> list[dict[str, Any]]:
        """Mutants that may get no PASS anywhere."""
        return [mutant for mutant in self.mutants if mutant["permanent"]]


def find_kills(given: Path | None, folder: Path) -> Kills | None:
    """The matrix of the given file, else of one beside the report; `UsageError` if it is none."""
    beside = next((folder / name for name in BESIDE if (folder / name).is_file()), None)
    path = given or beside
    return read_kills(path) if path else None


def read_kills(path: Path) -> Kills:
    """Read and check; `UsageError` names the file."""
    mend = "give what `customhouse mutants --out` wrote, or remove it"
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as JSON: {error}", mend) from None
    problems = _schema().problems(data)
    if problems:
        raise UsageError(f"{path} is no kill matrix: {problems[0]}", mend)
    rows, mutants = tuple(data["requirements"]), tuple(data["mutants"])
    return Kills(path.name, rows, mutants, data["equal"], data.get("declared_only", False))


def _schema() -> Schema:
    return Schema(json.loads(resources.files(__package__).joinpath("kill-matrix.schema.json").read_text("utf-8")))
