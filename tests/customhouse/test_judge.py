"""`customhouse judge`: stored records, judged again."""

import json
from pathlib import Path

from .command import customhouse


def test_judge_wants_a_folder_of_records(folder: Path) -> None:
    assert customhouse("judge", "no-such-folder").exit_code == 2
    result = customhouse("judge", str(folder))
    assert result.exit_code == 2
    assert "holds no readable record" in result.output


#: `--only` may be given several times.
TWO = ("--only", "INTERCOM-CREATE-01", "--only", "INTERCOM-CREATE-02")


def test_check_and_judge_agree_on_the_reference(folder: Path) -> None:
    checked = customhouse("check", "reference", *TWO, "--out", "run", "--jobs", "2")
    assert checked.exit_code == 0, checked.output
    assert "2 requirements: 2 PASS" in checked.output
    written = {"results.json", "junit.xml", "report.html", "records"}
    assert {path.name for path in (folder / "run").iterdir()} == written
    (folder / "run" / "report.html").unlink()
    judged = customhouse("judge", "run")
    assert judged.exit_code == 0
    assert "judged again from stored records" in (folder / "run" / "report.html").read_text("utf-8")
    assert "2 requirements: 2 PASS" in judged.output
    document = json.loads((folder / "run" / "results.json").read_text())
    assert document["run"]["only"] == "INTERCOM-CREATE-01,INTERCOM-CREATE-02"
    assert document["run"]["judged_by"] == document["run"]["suite"]
    assert {path.name for path in (folder / "run").iterdir()} == written
    assert customhouse("diff", "run", "run").exit_code == 0
    assert "\x1b[" not in checked.output + judged.output
