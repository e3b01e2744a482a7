"""Shrinking after a run, and all reports of it."""

import io
import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.outfolder import clear
from customhouse_conformance.engine.selection import select
from customhouse_conformance.engine.shrinking import Budget, Failures, identifying, shrink
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.suite import Options, Task, run_suite
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.events import Event, FailureShrunk, View
from customhouse_conformance.facts import Served, Source, State
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.report import JsonReport, JUnitReport, TerminalReport
from customhouse_conformance.report.html import HtmlReport
from customhouse_conformance.report.json_report import schema
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.scenarios.dataset import rows_of
from customhouse_conformance.scenarios.part import WHOLE, Part
from customhouse_conformance.scenarios.plans import OtherSource, Plan, Step

from . import records
from .toy import ToyProvider, as_callable, register

FILE = "records/intercom/plain.INTERCOM-TOY-01.smallest.csv"


@pytest.fixture(scope="module", autouse=True)
def runs() -> Iterator[None]:
    """Runs cost nothing here: what they come to is written down by hand."""

    def run(
        world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, part: Part = WHOLE
    ) -> Record:
        return imagined(scenario, spec, part)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("suite", "shrinking"):
            patch.setattr(f"customhouse_conformance.engine.{module}.run_scenario", run)
        yield


def imagined(scenario: Scenario, spec: ImporterSpec, part: Part) -> Record:
    """`loses_one` loses the row whose id ends with a one, `silent` does not say how many; none does without names."""
    rows = part.of(rows_of(scenario.dataset))
    stored = [row for row in rows if spec.name != "loses_one" or not row["external_id"].endswith("1")]
    said = "" if spec.name == "silent" else f"{len(rows)} rows"
    return records.record(
        header=records.header(importer=spec.name, scenario=scenario.id, source=Source("csv", None, {}, rows)),
        processes=(records.process(exit_code=0 if all("name" in row for row in rows) else 2, stdout=said),),
        states=(State("before", ()), State("after", tuple({"type": "contact", **row} for row in stored))),
        served=Served({"F1": 1}, 0, True),
    )


def shrunk(
    out: Path,
    spec: ImporterSpec,
    only: str | None = None,
    seconds: float = 60,
    keep: bool = True,
    also: Sequence[View] = (),
) -> str:
    """A run and its shrinking, with all reports; what the terminal showed."""
    terminal = io.StringIO()
    options = Options(providers=lambda: [ToyProvider()], only=only)
    views = [
        TerminalReport(Console(file=terminal, width=160)),
        JsonReport(out / "results.json"),
        JUnitReport(out / "junit.xml"),
        *also,
    ]
    tasks = [Task(spec, select(spec, register(), only), out / "records" if keep else None, out)]
    failures = Failures()
    run_suite(tasks, options, [*views, failures])
    shrink(tasks, options, failures, views, seconds)
    return terminal.getvalue()


def rows(out: Path) -> dict[str, Any]:
    """What results.json tells of each requirement's smallest source."""
    document = json.loads((out / "results.json").read_text())
    jsonschema.validate(document, schema())
    return {row["requirement"][-2:]: row["smallest"] for row in document["results"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run of an importer that loses one row, and what the terminal showed."""
    out = tmp_path_factory.mktemp("shrunk")
    page = HtmlReport(out / "report.html", lambda _: register())
    return out, shrunk(out, as_callable("loses_one"), also=[page])


def test_the_smallest_source_is_kept_and_every_report_names_it(run: tuple[Path, str]) -> None:
    out, shown = run
    kept = (out / FILE).read_text("utf-8")
    assert kept.splitlines()[0] == "external_id,name,email"
    assert len(kept.splitlines()) == 2
    note = rows(out)["01"]["note"]
    assert str(note).startswith("3 rows → 1 row, 7 fields → 3 fields (")
    assert rows(out)["01"]["files"] == [FILE]
    assert rows(out)["03"] is None  # it passes
    assert f"  {out / FILE}\n  smallest source in plain: {note}\n    external_id,name,email\n" in shown
    assert shown.rstrip().splitlines()[-1].startswith("loses_one: not conformant (exit code 1)")
    assert f"smallest {note}: {FILE}" in _failure(out)
    page = (out / "report.html").read_text("utf-8")
    assert f'<a href="{FILE}">{FILE}</a>' in page


def test_judging_again_still_knows_it_and_a_new_check_clears_it_away(run: tuple[Path, str]) -> None:
    out, _ = run
    again = judge_folder(out, lambda _: register(), [])
    assert next(one.smallest.files for one in again.results if one.smallest) == (FILE,)
    assert (out / FILE).exists()
    clear(out)
    assert not list(out.rglob("*.csv"))


def test_without_a_folder_it_is_only_shown(tmp_path: Path) -> None:
    shown = shrunk(tmp_path, as_callable("silent"), keep=False)
    assert "WARN INTERCOM-TOY-03\n  smallest source in plain: 3 rows → 1 row, 7 fields → 3 fields (" in shown
    assert "    external_id,name,email\n" in shown
    assert not list(tmp_path.rglob("*.csv"))
    assert rows(tmp_path)["03"]["files"] == []


def test_no_time_and_nothing_to_do_are_told(tmp_path: Path) -> None:
    shown = shrunk(tmp_path, as_callable("loses_one"), seconds=0.001)
    assert "INTERCOM-TOY-02\n  smallest source in refused: not looked for: one run takes longer" in shown
    assert "looking for" not in shrunk(tmp_path, as_callable("good"))
    gap = Gap("INTERCOM-TOY-*", Kind.KNOWN_FAILING, "one is one too many")
    assert "looking for" not in shrunk(tmp_path, as_callable("loses_one", gaps=(gap,)))


def test_a_run_with_a_file_of_its_own_keeps_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy, other = register(), OtherSource(raw={"csv": b'"never closed'})
    plan = Plan("control-then", ((Step("control"),), (Step("then", source=other),)))
    scenarios = {name: replace(scenario, plan=plan) for name, scenario in toy.scenarios.items()}
    monkeypatch.setattr(f"{__name__}.register", lambda: replace(toy, scenarios=scenarios))
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    note = "nothing to shrink: its 'then' run is given a file of the scenario's own, and no rows"
    assert f'smallest source in plain: {note}\n    "never closed\n' in shown
    assert (tmp_path / FILE).read_text() == '"never closed'
    found = rows(tmp_path)["01"]
    assert (found["note"], found["runs"], found["rows"], found["files"]) == (note, 0, None, [FILE])


def test_our_own_fault_costs_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ScenarioError("no such row", "mend it")

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", refuse)
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-02")
    assert "smallest source in refused: the harness failed: ScenarioError: no such row" in shown
    assert rows(tmp_path)["02"]["rows"] is None


def test_an_interrupt_keeps_what_was_found(tmp_path: Path) -> None:
    class Impatient:
        def handle(self, event: Event) -> None:
            if isinstance(event, FailureShrunk):
                raise KeyboardInterrupt

    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        shrunk(tmp_path, as_callable("loses_one"), only="*-01", also=[Impatient()])
    assert threading.active_count() == threads
    assert rows(tmp_path)["01"]["rows"] == [3, 1]


def test_an_interrupted_run_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, part: Part) -> Record:
        live.kill_all()
        return imagined(scenario, spec, part)

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", killed)
    with pytest.raises(CancelledError):
        shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    assert rows(tmp_path)["01"] is None


def test_an_interrupt_keeps_the_smallest_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Part] = []

    def third(world: World, scenario: Scenario, spec: ImporterSpec, seed: int, live: LiveRuns, part: Part) -> Record:
        asked.append(part)
        if len(asked) == 3:
            live.kill_all()
        return imagined(scenario, spec, part)

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", third)
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    found = rows(tmp_path)["01"]
    assert found["note"].endswith("(2 runs; it was interrupted, so it may not be the smallest)")
    assert (found["rows"], found["minimal"], len(asked)) == ([3, 1], False, 3)
    assert found["note"] in shown


def test_time_is_shared_among_the_scenarios_that_are_left() -> None:
    budget = Budget(60, jobs=2, scenarios=4, clock=lambda: 100.0)
    assert [budget.share(1).until for _ in range(4)] == [130.0, 140.0, 160.0, 160.0]


def test_what_tells_people_apart_stays() -> None:
    assert identifying(records.record()) == {"external_id", "email"}
    told = records.record(header=records.header(provider="rally", told={"identifier": "Customer ID"}))
    assert "properties.Customer ID" in identifying(told)


def _failure(out: Path) -> str:
    root = ET.parse(out / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves
    return "\n".join(element.text or "" for element in root.iter("failure"))
