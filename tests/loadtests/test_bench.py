"""`customhouse bench` through its front door, as small as it goes. Nothing here looks at a time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from customhouse_loadtests.bench.plan import CONNECTIONS
from customhouse_loadtests.bench.targets import targets

RECORDS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    command = [sys.executable, "-m", "customhouse", "bench", "--quick", "--records", str(RECORDS), "--out", str(folder)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def document(folder: Path, printed: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "bench.json").read_bytes())
    return loaded


def test_every_measure_is_positive_and_is_a_median_of_samples(document: dict[str, Any]) -> None:
    for name, measure in document["measures"].items():
        assert measure["samples"], name
        assert min(measure["samples"]) <= measure["value"] <= max(measure["samples"]), name
        if not name.startswith("memory."):
            assert measure["value"] > 0, name


def test_traffic_is_measured_at_every_width_and_size(document: dict[str, Any]) -> None:
    bursts = [f"{who}.{width}" for who in ("small.create", "bare") for width in CONNECTIONS]
    bursts += [f"{size}.{call}.1" for size in ("small", "large") for call in ("update", "get", "search", "list")]
    for burst in [*bursts, "early.create.1", "late.create.1"]:
        for number in ("p50_ms", "p99_ms", "per_s", "cpu_us"):
            assert f"{burst}.{number}" in document["measures"]


def test_every_target_is_measured_and_those_of_many_contacts_are_not_judged(document: dict[str, Any]) -> None:
    rows = document["targets"]
    assert [row["measure"] for row in rows] == [target.measure for target in targets()]
    for row in rows:
        assert row["measured"] == document["measures"][row["measure"]]["value"]
        assert (row["outcome"] == "not judged") == (row["records"] > RECORDS)


def test_the_machine_and_the_plan_are_told(document: dict[str, Any]) -> None:
    assert document["schema"] == 1
    assert document["plan"]["records"] == RECORDS
    assert document["plan"]["rounds"] == 1
    assert {"python", "system", "cpu", "cores", "load", "versions"} <= document["machine"].keys()
    assert "uvicorn" in document["machine"]["versions"]


def test_the_tables_name_every_target(printed: str) -> None:
    assert "Measured against wanted" in printed
    assert all(target.name.split(",")[0] in printed for target in targets())
