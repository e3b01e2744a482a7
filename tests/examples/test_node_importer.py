"""The importer of the tutorial under inspection, as a user would do it: by the command, from its folder."""

import json
import shutil
from dataclasses import dataclass
from typing import Any

import pytest

from .within import EXAMPLES, python

EXAMPLE = EXAMPLES / "node-importer"
DEADLINE_S = 110

#: Its real faults: requirement, verdict, code.
FAULTS = {
    "AUTH-03": ("FAIL", "kept-calling"),
    "CREATE-02": ("FAIL", "wrong-role"),
    "ATTR-04": ("FAIL", "lost-silently"),
    "CONFLICT-01": ("FAIL", "wrong-fields"),
    "CONFLICT-02": ("FAIL", "lost-rows"),
    "CONFLICT-03": ("FAIL", "not-named"),
    "CONFLICT-05": ("FAIL", "wrong-fields"),
    "RATE-01": ("FAIL", "lost-rows"),
    "RATE-02": ("FAIL", "hammered"),
    "RATE-03": ("WARN", "unpaced"),
    "RETRY-01": ("FAIL", "lost-rows"),
    "RETRY-02": ("FAIL", "not-named"),
    "RETRY-03": ("FAIL", "lost-rows"),
    "RETRY-04": ("FAIL", "lost-rows"),
    "RETRY-05": ("NOT EXERCISED", "no-witness"),
    "RETRY-06": ("FAIL", "never-ended"),
    "RETRY-07": ("FAIL", "lost-rows"),
    "ROW-01": ("FAIL", "not-named"),
    "IDEM-02": ("NOT EXERCISED", "no-witness"),
    "IDEM-03": ("FAIL", "wrong-fields"),
    "SOURCE-03": ("FAIL", "crashed"),
    "HONEST-01": ("FAIL", "exit-0"),
    "LIMIT-01": ("WARN", "exit-0"),
}
#: Faults that show only where the importer fills a window of one second; on a machine too busy for that the suite
#: says that they were not exercised, and never that all is well.
PACE = {"RATE-02", "RATE-03"}
VIRTUES = {
    "AUTH-01", "AUTH-02", "CREATE-01", "CREATE-03", "ATTR-01", "ATTR-02", "ATTR-03", "CONFLICT-04", "RETRY-08",
    "IDEM-01", "RESUME-01", "CONC-01", "SOURCE-01", "SOURCE-02", "SECRET-01", "SECRET-02",
}  # fmt: skip


@dataclass(frozen=True)
class Inspection:
    """What `customhouse check tutorial` came to."""

    exit_code: int
    output: str
    document: dict[str, Any]

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Requirement, without the provider's prefix, -> verdict and code."""
        return {
            row["requirement"].removeprefix("INTERCOM-"): (row["verdict"], row["code"])
            for row in self.document["results"]
        }


@pytest.fixture(scope="module")
def inspection(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    """One run of the whole suite."""
    if shutil.which("node") is None:
        pytest.skip("the example is run by node, which is not installed")
    out = tmp_path_factory.mktemp("inspection")
    words = ["check", "tutorial", "--jobs", "4", "--out", str(out)]
    done = python("customhouse", *words, folder=EXAMPLE, deadline_s=DEADLINE_S)
    assert (out / "results.json").is_file(), done.stdout + done.stderr
    return Inspection(done.returncode, done.stdout, json.loads((out / "results.json").read_text()))


def test_it_is_not_conformant(inspection: Inspection) -> None:
    assert inspection.exit_code == 1
    assert inspection.document["exit_code"] == 1


def test_exactly_its_real_faults_are_named(inspection: Inspection) -> None:
    found = inspection.verdicts()
    expected = FAULTS | dict.fromkeys(VIRTUES, ("PASS", "ok"))
    assert {id: said for id, said in found.items() if id not in PACE} == {
        id: said for id, said in expected.items() if id not in PACE
    }
    for id in PACE:
        assert found[id] == expected[id] or found[id][0] == "NOT EXERCISED"


def test_the_terminal_says_what_is_required_and_what_was_seen(inspection: Inspection) -> None:
    counts, total = inspection.document["counts"], len(inspection.document["results"])
    assert f"{total} requirements: {counts['PASS']} PASS, {counts['FAIL']} FAIL" in inspection.output
    for id, (verdict, code) in inspection.verdicts().items():
        if verdict == "PASS":
            continue
        assert f"{verdict} INTERCOM-{id}\n" in inspection.output
        assert code in inspection.output


def test_a_fault_can_be_repeated_by_the_command_that_is_given(inspection: Inspection) -> None:
    (row,) = (row for row in inspection.document["results"] if row["requirement"] == "INTERCOM-CREATE-02")
    program, *words = row["repeat"].split()
    assert program == "customhouse"
    again = python("customhouse", *words, folder=EXAMPLE, deadline_s=60)
    assert again.returncode == 1
    assert "1 requirement: 1 FAIL" in again.stdout


def test_the_readme_names_every_fault() -> None:
    readme = (EXAMPLE / "README.md").read_text()
    rows = [line.split("|")[1] for line in readme.splitlines() if line.startswith("| ")]
    named = {id for row in rows[1:] for id in _ids(row)}
    unseen = {id for id, (verdict, _) in FAULTS.items() if verdict == "NOT EXERCISED"}
    assert (named, unseen) == (set(FAULTS) - unseen, {"IDEM-02", "RETRY-05"})


def _ids(cell: str) -> list[str]:
    """`CONFLICT-01, 05` is two ids."""
    ids: list[str] = []
    for part in cell.split(","):
        area, _, number = part.strip().rpartition("-")
        ids.append(f"{area or ids[-1].rpartition('-')[0]}-{number}")
    return ids
