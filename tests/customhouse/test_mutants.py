"""`customhouse mutants`: the kill matrix of one."""

import json
from pathlib import Path

from .command import customhouse


def test_the_kill_matrix_of_one_mutant(folder: Path) -> None:
    result = customhouse(
        "mutants", "--provider", "intercom", "--mutant", "goes_on_after_401", "--out", "matrix", "--declared"
    )
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "matrix" / "kill-matrix.json").read_text())
    assert [(row["name"], row["provider"], row["status"]) for row in document["mutants"]] == [
        ("goes_on_after_401", "intercom", "KILLED")
    ]
    assert customhouse("mutants", "--mutant", "no_such").exit_code == 3
