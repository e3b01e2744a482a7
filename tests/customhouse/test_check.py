"""`customhouse check`: what ends it before anything runs, and what a run leaves behind."""

import json
import os
import select
import signal
from pathlib import Path

import pytest

from customhouse_conformance.engine.outfolder import taken

from .command import IDLE, NOWHERE, customhouse, started


@pytest.mark.usefixtures("folder")
def test_an_unknown_importer_is_a_usage_error() -> None:
    result = customhouse("check", "acme")
    assert result.exit_code == 2
    assert "no importer 'acme'" in result.output
    assert "it lists: reference" in result.output


def test_only_that_matches_nothing_is_not_success(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(NOWHERE)
    result = customhouse("check", "acme", "--only", "INTERCOM-NOPE-*")
    assert result.exit_code == 3
    assert "'--only INTERCOM-NOPE-*' matches no requirement" in result.output


def test_a_kill_matrix_is_refused_before_anything_runs(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    (folder / "kills.json").write_text("{}")
    for words in (["--out", "out", "--kill-matrix", "kills.json"], ["--kill-matrix", "kills.json"]):
        result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", *words)
        assert result.exit_code == 2, result.output
        assert "kills.json is no kill matrix" in result.output or "give --out DIR too" in result.output
    assert not (folder / "out").exists()


CHECK = ("check", "acme", "--only", "INTERCOM-CREATE-01")


@pytest.mark.parametrize(
    ("words", "number", "code"),
    [
        (CHECK, signal.SIGTERM, 130),
        (CHECK, signal.SIGKILL, -signal.SIGKILL),
        (("smoke", "acme"), signal.SIGTERM, 130),
    ],
)
def test_who_ends_us_leaves_no_importer_behind(folder: Path, words: tuple[str, ...], number: int, code: int) -> None:
    os.mkfifo(folder / "started")
    script = "echo $$ > {here}/started; exec sleep 600"
    command = json.dumps(["sh", "-c", script, "{base_url}", "{token}", "{source}"])
    (folder / "customhouse.toml").write_text(f'[importers.acme]\nprovider = "intercom"\ncommand = {command}\n')
    with started(*words) as process:
        importer = os.pidfd_open(int((folder / "started").read_text()))
        process.send_signal(number)
        _, said = process.communicate(timeout=25)  # less than a scenario's time-ceiling
        ended, _, _ = select.select([importer], [], [], 10)
        os.close(importer)
    assert process.returncode == code
    assert ("interrupted" in said) == (code == 130)
    assert ended


def test_out_below_a_file_is_a_usage_error(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    (folder / "file").write_text("")
    result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "file/out")
    assert result.exit_code == 2, result.output
    assert "file/out: Not a directory" in result.output


def test_a_folder_in_use_is_refused(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    with taken(folder / "out"):
        result = customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out")
    assert result.exit_code == 2
    assert "another run is writing to out" in result.output


def test_what_an_earlier_check_wrote_is_gone_but_not_for_a_typing_mistake(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    old = folder / "out" / "records" / "intercom" / "old.jsonl"
    old.parent.mkdir(parents=True)
    old.write_text("")
    assert customhouse("check", "acme", "--only", "INTERCOM-NONE", "--out", "out").exit_code == 3
    assert old.exists()
    assert customhouse("check", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out").exit_code == 3
    assert not old.exists()
    assert (folder / "out" / "results.json").exists()


def test_an_importer_that_does_nothing_gets_no_pass(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(IDLE)
    result = customhouse("check", "acme", "--only", "*-CREATE-*")
    assert result.exit_code == 3
    assert "3 requirements: 3 NOT EXERCISED" in result.output
    assert "repeat   customhouse check acme --provider intercom --only INTERCOM-CREATE-01" in result.output
