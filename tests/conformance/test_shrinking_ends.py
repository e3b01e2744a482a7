"""How a search ends before it is done: no time, no luck, no room, an interrupt, a fault of our own."""

import errno
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.shrinking import Budget
from customhouse_conformance.engine.world import World
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.events import Event, FailureShrunk
from customhouse_conformance.gaps import Gap, Kind
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.scenarios import Scenario
from customhouse_conformance.scenarios.part import Part

from .searches import by_hand, imagined, rows, shrunk
from .toy import as_callable


@pytest.fixture(scope="module", autouse=True)
def runs() -> Iterator[None]:
    with by_hand():
        yield


def test_no_time_and_nothing_to_do_are_told(tmp_path: Path) -> None:
    shown = shrunk(tmp_path, as_callable("loses_one"), seconds=1.9)  # a run takes two seconds
    assert "INTERCOM-TOY-02\n  smallest source in refused: not looked for: one run takes longer" in shown
    assert "looking for" not in shrunk(tmp_path, as_callable("good"))
    for kind in (Kind.KNOWN_FAILING, Kind.KNOWN_FLAKY):
        gap = Gap("INTERCOM-TOY-*", kind, "one is one too many")
        assert "looking for" not in shrunk(tmp_path, as_callable("loses_one", gaps=(gap,)))


def test_what_does_not_fail_again_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lucky(_: World, scenario: Scenario, spec: ImporterSpec, __: int, live: LiveRuns, part: Part) -> Record:
        return imagined(scenario, replace(spec, name="good"), part)

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", lucky)
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-01")
    assert "smallest source in plain: it did not fail again with the whole source" in shown
    found = rows(tmp_path)["01"]
    assert (found["runs"], found["rows"], found["files"]) == (2, None, [])  # the guess, and the whole


def test_a_search_whose_time_is_over_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Part] = []

    def slow(_: World, scenario: Scenario, spec: ImporterSpec, __: int, live: LiveRuns, part: Part) -> Record:
        asked.append(part)
        return imagined(scenario, replace(spec, name="loses_one"), part)

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", slow)
    clocked = partial(Budget, clock=lambda: 2.0 * len(asked))  # by its clock a run takes two seconds
    monkeypatch.setattr("customhouse_conformance.engine.shrinking.Budget", clocked)
    shrunk(tmp_path, as_callable("bad"), only="*-0[13]", seconds=5)
    found, other = (rows(tmp_path)[id] for id in ("01", "03"))
    assert found["note"].endswith("(2 runs; the time was over, so it may not be the smallest)")
    assert (len(asked), found["minimal"]) == (2, False)
    assert other["note"].startswith("not looked for: one run takes longer")


def test_our_own_fault_costs_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ScenarioError("no such row", "mend it")

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", refuse)
    shown = shrunk(tmp_path, as_callable("loses_one"), only="*-02")
    assert "smallest source in refused: the harness failed: ScenarioError: no such row" in shown
    assert rows(tmp_path)["02"]["rows"] is None


def test_without_room_nothing_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("customhouse_conformance.engine.shrinking.run_scenario", full)
    with pytest.raises(OSError, match="no room"):
        shrunk(tmp_path, as_callable("loses_one"), only="*-01")


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
