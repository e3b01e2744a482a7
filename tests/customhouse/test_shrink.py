"""`check --shrink`, as a user starts it."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from customhouse.cli import main

from .terminals import HIDE, SHOW, OnTerminal

IMPORTER = '''
import csv, json, os, time, urllib.request
from pathlib import Path

def misspells_one(job):
    """Gets the e-mail wrong of who has a 7 in the id."""
    for row in csv.DictReader(Path(job.source).open(newline="")):
        wrong = "wrong." if row["external_id"].endswith("-7") else ""
        body = json.dumps({"external_id": row["external_id"], "email": wrong + row["email"]}).encode()
        headers = {"Authorization": f"Bearer {job.token}", "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(job.base_url + "/contacts", body, headers)).read()

def hangs_on_few(job):
    """The same, but does nothing with a single row, and hangs when it is given any other part of the whole."""
    lines = len(Path(job.source).read_text().splitlines())
    if lines == 2:
        return
    if lines < 13:
        Path(__file__).with_name("started").write_text(str(os.getpid()))
        time.sleep(600)
    misspells_one(job)
'''
MANIFEST = """
[importers.acme]
provider = "intercom"
callable = "acme_importer:{name}"
[importers.acme.source]
path = "in.csv"
columns = ["external_id", "email"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an importer in it, to stand in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme_importer.py").write_text(IMPORTER)
    return tmp_path


def test_twelve_rows_become_the_guilty_one(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(MANIFEST.format(name="misspells_one"))
    words = ["check", "acme", "--only", "INTERCOM-CREATE-01", "--out", "run", "--shrink"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1, result.output
    (row,) = json.loads((folder / "run" / "results.json").read_text())["results"]
    assert row["smallest"]["note"] == "12 rows → 1 row, all 2 fields (1 run)"
    header, guilty = (folder / "run" / row["smallest"]["files"][0]).read_text().splitlines()
    assert header == "external_id,email"
    assert guilty.startswith("person-11-7,")
    judged = CliRunner().invoke(main, ["judge", "run"])
    assert "12 rows → 1 row" in judged.output


def test_an_interrupt_while_shrinking_keeps_the_results(folder: Path) -> None:
    os.mkfifo(folder / "started")
    (folder / "customhouse.toml").write_text(MANIFEST.format(name="hangs_on_few"))
    words = ["check", "acme", "--only", "INTERCOM-CREATE-01", "--out", "run", "--shrink"]
    with subprocess.Popen(
        [sys.executable, "-m", "customhouse", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        importer = os.pidfd_open(int((folder / "started").read_text()))
        process.send_signal(signal.SIGINT)
        shown, said = process.communicate(timeout=60)
        ended, _, _ = select.select([importer], [], [], 10)
        os.close(importer)
    assert process.returncode == 130
    assert "interrupted; nothing was left running" in said
    assert "looking for the smallest source that still fails: 1 failure of 1 scenario, 120 s at most" in shown
    assert ended
    (row,) = json.loads((folder / "run" / "results.json").read_text())["results"]
    assert (row["verdict"], row["smallest"]["rows"], row["smallest"]["minimal"]) == ("FAIL", [12, 12], False)
    assert (folder / "run" / "report.html").exists()


def test_a_terminal_shows_where_it_looks(folder: Path) -> None:
    (folder / "customhouse.toml").write_text(MANIFEST.format(name="hangs_on_few"))
    words = ["check", "acme", "--only", "INTERCOM-CREATE-01", "--shrink"]
    with OnTerminal(*words, cwd=folder) as shown:
        shown.until("run 3")
        shown.interrupt()
        assert shown.end() == 130
    assert "looking for the smallest source" in shown.said
    assert "acme (intercom): plain" in shown.said
    assert shown.said.count(HIDE) == shown.said.count(SHOW) == 2


def test_a_time_without_anything_to_do_is_a_usage_error(folder: Path) -> None:
    result = CliRunner().invoke(main, ["check", "reference", "--shrink-seconds", "5"])
    assert result.exit_code == 2
    assert "give --shrink too" in result.output
