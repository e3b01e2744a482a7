"""Several importers in one run: told apart in every report, and on disk."""

import io
import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from customhouse.cli import main
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Options, Outcome, Task, run_suite
from customhouse_conformance.errors import UsageError
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport

from .toy import ToyProvider, as_callable, register

NAMES = ("good", "gives_up", "silent")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, str]:
    """The folder, the outcome, and what the terminal showed."""
    out, terminal = tmp_path_factory.mktemp("several"), io.StringIO()
    tasks = [Task(spec := as_callable(name), select(spec, register(), None), out / "records" / name) for name in NAMES]
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(out / "results.json"),
        JUnitReport(out / "junit.xml"),
    ]
    outcome = run_suite(tasks, Options(providers=lambda: [ToyProvider()], jobs=2), views)
    return out, outcome, terminal.getvalue()


def test_each_keeps_its_own_verdicts(run: tuple[Path, Outcome, str]) -> None:
    out, outcome, shown = run
    found = {(one.importer, one.requirement.id[-2:]): one.verdict.value for one in outcome.results}
    assert {pair for pair, verdict in found.items() if verdict != "PASS"} == {("gives_up", "02"), ("silent", "03")}
    assert outcome.exit_code == 1
    assert "FAIL INTERCOM-TOY-02 (gives_up)" in shown
    assert "3 requirements × 3 importers: 7 PASS, 1 FAIL, 1 WARN" in shown
    document = json.loads((out / "results.json").read_text())
    assert document["run"]["importers"] == list(NAMES)
    root = ET.parse(out / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves
    assert {suite.get("name"): suite.get("failures") for suite in root} == {
        "good.intercom": "0",
        "gives_up.intercom": "1",
        "silent.intercom": "0",
    }


def test_they_are_judged_again_alike(run: tuple[Path, Outcome, str]) -> None:
    out, outcome, _ = run
    again = judge_folder(out, lambda _: register(), [])
    assert sorted(again.results, key=str) == sorted(outcome.results, key=str)


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
def test_one_whose_records_are_lost_costs_the_others_nothing(
    run: tuple[Path, Outcome, str], tmp_path: Path, told: bool
) -> None:
    out = Path(shutil.copytree(run[0], tmp_path / "out"))
    lost = out / "records" / "%2E%2E%2Fgood"  # as `check` would write the folder of "../good"
    (out / "records" / "good").rename(lost)
    name = "good" if told else "../good"
    for path in lost.glob("*/*.jsonl"):
        path.write_text("")
    if told:
        lost.rename(out / "records" / name)
    else:
        (out / "results.json").unlink()
    again = judge_folder(out, lambda _: register(), [])
    found = {(one.importer, one.requirement.id[-2:]): one.decisive.finding.code for one in again.results}
    assert {found[name, number] for number in ("01", "02", "03")} == {"record-unreadable"}
    assert found["silent", "01"] == "ok"
    assert again.exit_code == 4
    shutil.rmtree(out / "records" / "silent")
    shutil.rmtree(out / "records" / "gives_up")
    with pytest.raises(UsageError, match="holds no readable record: "):
        judge_folder(out, lambda _: register(), [])


def test_the_command_takes_several_and_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = 'provider = "intercom"\ncommand = "true {base_url} {token} {source}"\nsource = {path = "in.csv"}\n'
    Path("customhouse.toml").write_text(f'[importers.acme]\n{words}[importers."../x"]\n{words}')
    result = CliRunner().invoke(main, ["check", "acme", "../x", "acme", "--only", "INTERCOM-AUTH-01", "--out", "out"])
    assert result.exit_code == 3, result.output
    kept = sorted(str(path.relative_to("out/records")) for path in Path("out/records").rglob("*.jsonl"))
    assert kept == ["%2E%2E%2Fx/intercom/plain.jsonl", "acme/intercom/plain.jsonl"]
    assert CliRunner().invoke(main, ["judge", "out"]).exit_code == 3
