"""`customhouse diff`: what changed between two folders, through the front door."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from customhouse.cli import main

PASS, FAIL, WARN = ("PASS", "ok"), ("FAIL", "lost-rows"), ("WARN", "slow")


def run(folder: Path, name: str, importers: dict[str, dict[str, tuple[str, str]]], suite: str = "0.1.0") -> str:
    """A folder as `check` leaves it, as far as it is read."""
    rows = [
        {
            "importer": importer,
            "provider": id.split("-")[0].lower(),
            "requirement": id,
            "verdict": verdict,
            "code": code,
        }
        for importer, verdicts in importers.items()
        for id, (verdict, code) in verdicts.items()
    ]
    (folder / name).mkdir()
    (folder / name / "results.json").write_text(json.dumps({"schema": 1, "run": {"suite": suite}, "results": rows}))
    return str(folder / name)


def diff(*words: str) -> Result:
    return CliRunner().invoke(main, ["diff", *words])


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    old = {"INTERCOM-ROW-01": PASS, "INTERCOM-ROW-02": FAIL, "RALLY-ROW-01": PASS, "RALLY-ROW-02": PASS}
    new = {"INTERCOM-ROW-01": FAIL, "INTERCOM-ROW-02": WARN, "RALLY-ROW-01": PASS, "RALLY-ROW-03": FAIL}
    return run(tmp_path, "old", {"acme": old}), run(tmp_path, "new", {"acme2": new}, suite="0.2.0")


def test_what_got_worse_is_told_first_and_is_red(runs: tuple[str, str]) -> None:
    result = diff(*runs)
    assert result.exit_code == 1
    told = [line.strip() for line in result.output.splitlines() if line]
    assert told[0] == f"{runs[0]} (acme; customhouse 0.1.0) → {runs[1]} (acme2; customhouse 0.2.0)"
    assert told[1:] == [
        "intercom: 1 worse, 1 better",
        "worse    INTERCOM-ROW-01  PASS → FAIL lost-rows",
        "better   INTERCOM-ROW-02  FAIL lost-rows → WARN slow",
        "rally: 1 new, 1 gone, 1 same",
        "new      RALLY-ROW-03  not asked → FAIL lost-rows",
        "gone     RALLY-ROW-02  PASS → not asked",
        "two versions of the suite have judged them; `customhouse judge DIR` judges either by the one of today",
        "something got worse (exit code 1)",
    ]


def test_a_program_reads_the_same(runs: tuple[str, str]) -> None:
    result = diff(*runs, "--format", "json")
    document = json.loads(result.output)
    assert result.exit_code == document["exit_code"] == 1
    assert document["before"] == {"folder": runs[0], "importers": ["acme"], "suite": "0.1.0"}
    assert document["counts"] == {"worse": 1, "better": 1, "changed": 0, "new": 1, "gone": 1, "same": 1}
    assert document["providers"]["rally"]["worse"] == 0
    worst: dict[str, Any] = document["changes"][0]
    assert (worst["importer"], worst["requirement"], worst["group"]) == ("acme", "INTERCOM-ROW-01", "worse")
    assert worst["before"] == {"verdict": "PASS", "code": "ok"}
    assert worst["after"] == {"verdict": "FAIL", "code": "lost-rows"}


def test_nothing_worse_is_green(runs: tuple[str, str], tmp_path: Path) -> None:
    result = diff(runs[0], runs[0])
    assert (result.exit_code, "intercom: 2 same" in result.output) == (0, True)
    assert "nothing got worse (exit code 0)" in result.output
    assert "two versions" not in result.output
    mended = run(tmp_path, "mended", {"acme": {"INTERCOM-ROW-02": ("FAIL", "never-ended")}})
    result = diff(runs[0], mended)
    assert "changed  INTERCOM-ROW-02  FAIL lost-rows → FAIL never-ended" in result.output
    assert result.exit_code == 0


def test_what_is_not_asked_any_more_is_a_line(runs: tuple[str, str], tmp_path: Path) -> None:
    result = diff(runs[0], run(tmp_path, "only", {"acme": {"RALLY-ROW-01": PASS}}))
    assert "gone     2 not asked: INTERCOM-ROW-01, INTERCOM-ROW-02\n" in result.output
    assert "gone     RALLY-ROW-02  PASS → not asked\n" in result.output


def test_runs_of_several_importers_are_told_apart(tmp_path: Path) -> None:
    before = run(tmp_path, "before", {"acme": {"RALLY-ROW-01": PASS}, "other": {"RALLY-ROW-01": FAIL}})
    after = run(tmp_path, "after", {"other": {"RALLY-ROW-01": PASS}, "acme": {"RALLY-ROW-01": FAIL}})
    result = diff(before, after)
    assert result.exit_code == 1
    assert "worse    RALLY-ROW-01 (acme)  PASS → FAIL lost-rows" in result.output
    assert "better   RALLY-ROW-01 (other)  FAIL lost-rows → PASS" in result.output


def test_importers_are_named_if_either_run_has_several(tmp_path: Path) -> None:
    one = run(tmp_path, "one", {"acme": {"RALLY-ROW-01": PASS}})
    two = run(tmp_path, "two", {"acme": {"RALLY-ROW-01": FAIL}, "other": {"RALLY-ROW-01": PASS}})
    forth, back = diff(one, two).output, diff(two, one).output
    assert "worse    RALLY-ROW-01 (acme)  PASS → FAIL lost-rows" in forth
    assert "new      RALLY-ROW-01 (other)  not asked → PASS" in forth
    assert "gone     RALLY-ROW-01 (other)  PASS → not asked" in back


def test_what_a_terminal_would_obey_is_not_written(tmp_path: Path) -> None:
    before = run(tmp_path, "before", {"acme\x1b[2J": {"RALLY-ROW-01": PASS}})
    after = run(tmp_path, "after", {"acme\x1b[2J": {"RALLY-ROW-01": ("FAIL", "\x1b]0;title\x07lost")}})
    said = diff(before, after).output
    assert not {"\x1b", "\x07"} & set(said)
    assert "PASS → FAIL \ufffd]0;titlelost" in said


@pytest.mark.parametrize("text", [None, "{", '{"schema": 1, "results": []}', '{"schema": 7, "results": []}'])
def test_a_folder_without_a_run_is_a_usage_error(text: str | None, runs: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    if text is not None:
        (tmp_path / "empty" / "results.json").write_text(text)
    for words in ([runs[0], str(tmp_path / "empty")], [str(tmp_path / "empty"), runs[0]]):
        result = diff(*words)
        assert result.exit_code == 2
        assert "results.json" in result.output
        assert "give a folder that `customhouse check --out` wrote" in result.output
    assert diff(runs[0], str(tmp_path / "nowhere")).exit_code == 2
