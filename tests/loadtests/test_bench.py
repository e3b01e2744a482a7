"""`customhouse bench` through its front door, as small as it goes. Nothing here looks at a time."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from customhouse_loadtests.bench.drive import client
from customhouse_loadtests.bench.ledger import Ledger
from customhouse_loadtests.bench.peers import Peer, peers
from customhouse_loadtests.bench.plan import CONNECTIONS, PROCESSES, Plan
from customhouse_loadtests.bench.results import OPERATIONS
from customhouse_loadtests.bench.side_by_side import beside
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
    bursts = [f"bare.{width}" for width in CONNECTIONS]
    bursts += [f"{size}.{call}.{width}" for size in ("small", "large") for call in OPERATIONS for width in CONNECTIONS]
    bursts += [f"processes.{PROCESSES}.create.{width}" for width in CONNECTIONS[1:]]
    for burst in [*bursts, "early.create.1", "late.create.1"]:
        for number in ("p50_ms", "p99_ms", "per_s", "cpu_us"):
            assert f"{burst}.{number}" in document["measures"]


def test_every_target_is_measured_and_those_of_many_contacts_are_not_judged(document: dict[str, Any]) -> None:
    rows = document["targets"]
    assert [row["measure"] for row in rows] == [target.measure for target in targets()]
    for row in rows:
        measured = document["measures"].get(row["measure"], {}).get("value")
        assert row["measured"] == measured
        assert (measured is None) == ("peer" in row["name"] or "WireMock" in row["name"])
        assert (row["outcome"] == "not judged") == (measured is None or row["records"] > RECORDS)


def test_the_machine_and_the_plan_are_told(document: dict[str, Any]) -> None:
    assert document["schema"] == 1
    assert document["plan"]["records"] == RECORDS
    assert document["plan"]["rounds"] == 1
    assert {"python", "system", "cpu", "cores", "load", "versions"} <= document["machine"].keys()
    assert "uvicorn" in document["machine"]["versions"]


def test_the_tables_name_every_target(printed: str) -> None:
    assert "Measured against wanted" in printed
    assert all(target.name.split(",")[0][:24] in printed for target in targets())


def test_the_paper_and_the_plot_show_what_was_measured(folder: Path, document: dict[str, Any]) -> None:
    paper = (folder / "bench.md").read_text("utf-8")
    assert "](bench.svg)" in paper
    for target in document["targets"]:
        assert f"| {target['name']} |" in paper
    for name in document["machine"]["versions"]:
        assert name in paper
    drawn = (folder / "bench.svg").read_text("utf-8")
    widths = [float(width) for width in re.findall(r'<rect x="\d+" y="\d+" width="([\d.]+)" height="8"', drawn)]
    rates = [m["value"] for name, m in document["measures"].items() if _is_shown(name)]
    assert len(widths) == len(rates)
    assert [w / max(widths) for w in sorted(widths)] == pytest.approx([r / max(rates) for r in sorted(rates)], abs=1e-3)


def _is_shown(name: str) -> bool:
    return name.endswith(".per_s") and not name.startswith(("early", "late"))


@pytest.mark.parametrize("peer", peers().values(), ids=lambda peer: peer.name)
def test_every_peer_is_asked_something_that_it_can_answer(peer: Peer) -> None:
    request = peer.call.bytes(17)
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"17" in body
    json.loads(body)
    for text in peer.files.values():
        json.loads(text.replace("{answer}", '"x"').replace("{port}", "1"))
    assert any("{port}" in word for word in [*peer.command, *peer.files.values()])


def test_a_peer_that_cannot_be_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ledger = Ledger()
    with client() as driver:
        missing = beside([peers()["wiremock"]], tmp_path / "cache", Plan.of(200, 1), driver, ledger, lambda _what: None)
    assert "wiremock cannot be installed" in missing["wiremock"]
    assert ledger.to_json() == {}


def test_an_unknown_peer_is_a_usage_error() -> None:
    command = [sys.executable, "-m", "customhouse", "bench", "--peer", "nobody"]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (run.returncode, "wiremock" in run.stderr) == (2, True)
