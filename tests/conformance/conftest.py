import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from customhouse_conformance.engine.live import LiveRuns
from customhouse_conformance.engine.scenario_run import run_scenario
from customhouse_conformance.engine.world import World
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.record import Record
from customhouse_conformance.scenarios import read_scenarios

from .suites import suite
from .toy import ToyProvider, as_callable

Runner = Callable[..., Record]


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World([ToyProvider()]) as running:
        yield running


@pytest.fixture
def run(world: World) -> Runner:
    """Runs an importer through a scenario given as a dict; three people if it names no dataset."""

    def runner(spec: ImporterSpec, run_seed: int = 0, **scenario: Any) -> Record:
        row = {
            "id": "toy",
            "text": "A test.",
            "dataset": {"name": "people", "count": 3, "attributes": False},
            "ceilings": {"requests": 60, "seconds": 60},
            **scenario,
        }
        read = read_scenarios("intercom", {"scenario": [row]})["toy"]
        return run_scenario(world, read, spec, run_seed, LiveRuns())

    return runner


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one check of an importer that passes three requirements, to be copied."""
    folder = tmp_path_factory.mktemp("checked")
    suite(as_callable("good"), folder)
    return folder


@pytest.fixture
def folder(checked: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(checked, tmp_path / "out"))
