"""Shrinking after a run, and all reports of it."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.outfolder import clear
from customhouse_conformance.engine.shrinking import Budget, identifying
from customhouse_conformance.engine.stored import judge_folder
from customhouse_conformance.engine.world import World
from customhouse_conformance.events import Event, FailureShrunk, SearchMoved, ShrinkingFinished, ShrinkingStarted
from customhouse_conformance.facts import Row
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.report.html import HtmlReport
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.scenarios.dataset import Turn, rows_of
from customhouse_conformance.scenarios.part import Part
from customhouse_conformance.scenarios.plans import OtherSource, Plan, Step

from . import records
from .searches import Notes, by_hand, imagined, rows, shrunk
from .toy import as_callable, register

FILE = "records/intercom/plain.INTERCOM-TOY-01.smallest.csv"


@pytest.fixture(scope="module", autouse=True)
def runs() -> Iterator[None]:
    with by_hand():
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[Event]]:
    """The folder of a run of an importer that loses one row, what the terminal showed, and what was told."""
    out, notes = tmp_path_factory.mktemp("shrunk"), Notes()
    page = HtmlReport(out / "report.html", lambda _: register())
    return out, shrunk(out, as_callable("loses_one"), also=[page, notes]), notes.events


def test_the_smallest_source_is_kept_and_every_report_names_it(run: tuple[Path, str, list[Event]]) -> None:
    out, shown, _ = run
    kept = (out / FILE).read_text("utf-8")
    assert kept.splitlines()[0] == "external_id,name,email"
    assert len(kept.splitlines()) == 2
    note = rows(out)["01"]["note"]
    assert str(note).startswith("3 rows → 1 row, 7 fields → 3 fields (")
    assert (rows(out)["01"]["files"], rows(out)["01"]["text"]) == ([FILE], kept)
    assert rows(out)["03"] is None  # it passes
    assert f"  {out / FILE}\n  smallest source in plain: {note}\n    external_id,name,email\n" in shown
    assert re.fullmatch(
        r"loses_one: not conformant \(exit code 1\), [\d.]+ s, and [\d.]+ s for the smallest sources",
        shown.rstrip().splitlines()[-1],
    )
    assert f"smallest {note}: {FILE}" in _failure(out)
    page = (out / "report.html").read_text("utf-8")
    assert f'<a href="{FILE}">{FILE}</a>' in page


def test_every_search_is_told_from_its_first_run_to_its_end(run: tuple[Path, str, list[Event]]) -> None:
    out, _, events = run
    assert events[0] == ShrinkingStarted(2, 2, 60)
    assert isinstance(events[-1], ShrinkingFinished)
    assert events[-1].duration_s > 0
    for scenario, id in (("plain", "01"), ("refused", "02")):
        moves = [one for one in events if isinstance(one, SearchMoved) and one.scenario == scenario]
        *runs, end = moves
        assert [(one.runs, one.over) for one in runs] == [(n, False) for n in range(rows(out)[id]["runs"])]
        assert end.over
    assert {one.files for one in events if isinstance(one, FailureShrunk)} >= {(out / FILE,)}


def test_judging_again_still_knows_it_and_a_new_check_clears_it_away(run: tuple[Path, str, list[Event]]) -> None:
    out, _, _ = run
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


def test_all_failures_of_a_scenario_are_judged_in_its_runs(tmp_path: Path) -> None:
    notes = Notes()
    shrunk(tmp_path, as_callable("bad"), only="*-0[13]", also=[notes])
    found = rows(tmp_path)
    assert [found[id]["rows"] for id in ("01", "03")] == [[3, 1], [3, 1]]
    moves = [one for one in notes.events if isinstance(one, SearchMoved) and not one.over]
    assert found["01"]["runs"] + found["03"]["runs"] == len(moves)


def test_each_business_has_a_file_and_a_source_that_turns_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def books(scenario: Scenario, *_: object) -> tuple[tuple[Row, ...], ...]:
        return (({"email": "another@example.com"},), rows_of(scenario.dataset))

    def second(_: World, scenario: Scenario, spec: ImporterSpec, __: int, live: LiveRuns, part: Part) -> Record:
        places = frozenset((0, row) for business, row in part.places or () if business == 1)
        return imagined(scenario, spec, replace(part, places=places))

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.books_of", books)
    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", second)
    toy, turn = register(), Turn(front=({"external_id": "new", "late": "1"},))
    scenarios = {
        name: replace(scenario, pull=replace(scenario.pull, turn=turn)) for name, scenario in toy.scenarios.items()
    }
    monkeypatch.setattr("tests.conformance.searches.register", lambda: replace(toy, scenarios=scenarios))
    shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    found = rows(tmp_path)["01"]
    assert (found["rows"], found["fields"]) == ([4, 1], [8, 3])
    assert found["files"] == [FILE.replace(".csv", ".business-2.csv")]


def test_a_run_with_a_file_of_its_own_keeps_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[int] = []

    def budget(seconds: float, jobs: int, scenarios: int) -> Budget:
        shared.append(scenarios)
        return Budget(seconds, jobs, scenarios)

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.Budget", budget)
    toy, other = register(), OtherSource(raw={"csv": b'"never closed'})
    plan = Plan("control-then", ((Step("control"),), (Step("then", source=other),)))
    scenarios = {name: replace(scenario, plan=plan) for name, scenario in toy.scenarios.items()}
    monkeypatch.setattr("tests.conformance.searches.register", lambda: replace(toy, scenarios=scenarios))
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    note = "nothing to shrink: its 'then' run is given a file of the scenario's own, and no rows"
    assert f'smallest source in plain: {note}\n    "never closed\n' in shown
    assert (tmp_path / FILE).read_text() == '"never closed'
    found = rows(tmp_path)["01"]
    assert (found["note"], found["runs"], found["rows"], found["files"]) == (note, 0, None, [FILE])
    assert shared == [0]  # it takes no time from the others


def test_what_tells_people_apart_stays() -> None:
    assert identifying(records.record()) == {"external_id", "email"}
    told = records.record(header=records.header(provider="rally", told={"identifier": "Customer ID"}))
    assert identifying(told) == {"external_id", "email", "Customer ID", "properties.Customer ID"}
    assert identifying(records.record(header=records.header(provider="intandem"))) >= {"first_name"}


def _failure(out: Path) -> str:
    root = ET.parse(out / "junit.xml").getroot()  # noqa: S314 - we wrote it ourselves
    return "\n".join(element.text or "" for element in root.iter("failure"))
