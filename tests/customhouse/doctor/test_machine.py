"""The checks of the machine, each with answers of our own, and the questions that get real ones."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customhouse.doctor import machine, probes
from customhouse.doctor.findings import Finding, Status, in_the_way
from customhouse.doctor.machine import MB, Check
from customhouse.ports import PORTS
from customhouse_conformance.engine.providers import available
from customhouse_fakes import PROVIDERS

from .machines import FINE, always


def one(check: Check, what: str, **answers: Any) -> Finding:
    found = {finding.what: finding for finding in check(replace(FINE, **answers))}
    return found[what]


def raises(*_: object) -> Any:
    raise PermissionError(13, "Permission denied")


def test_nothing_is_wrong_with_a_fine_machine() -> None:
    found = [finding for check in machine.CHECKS for finding in check(FINE)]
    assert {finding.status for finding in found} == {Status.OK}
    assert [finding.says for finding in found if finding.what == "packages"] == [
        "customhouse 1.0, Flask 1.0, jsonschema-rs 1.0"
    ]
    assert [finding.says for finding in found if finding.what == "clock"] == ["2027-01-15 08:00:00 UTC"]


@pytest.mark.parametrize(
    ("check", "what", "answers", "status", "words"),
    [
        (machine.versions, "Flask", {"installed": {"customhouse": "1"}.get}, Status.PROBLEM, "is not installed"),
        (machine.ports, "port 8702", {"taken": (8702).__eq__}, Status.NOTE, "may not see"),
        (machine.ports, "port 8701", {"taken": (8702).__eq__}, Status.OK, "free"),
        (machine.loopback, "loopback", {"loopback": always("timed out")}, Status.PROBLEM, "timed out"),
        (machine.memory, "memory", {"free_memory": always(100 * MB)}, Status.PROBLEM, "100 MB free: too little"),
        (machine.memory, "memory", {"free_memory": always(500 * MB)}, Status.NOTE, "500 MB free: not much"),
        (machine.memory, "memory", {"free_memory": always(None)}, Status.NOTE, "does not say"),
        (machine.disk, "temporary folder", {"temp_folder": always(("/x", 1))}, Status.PROBLEM, "/x, 0 MB free"),
        (machine.disk, "temporary folder", {"temp_folder": raises}, Status.PROBLEM, "Permission denied"),
        (machine.open_files, "open files", {"open_files": always((64, 64))}, Status.PROBLEM, "64 at once"),
        (machine.open_files, "open files", {"open_files": always((256, -1))}, Status.NOTE, "raised to 1000000"),
        (machine.clock, "clock", {"clocks": always((0.0, 0.0))}, Status.PROBLEM, "1970-01-01"),
        (machine.clock, "clock", {"clocks": always((1.8e9, 60.0))}, Status.PROBLEM, "leapt by 60 s"),
        (machine.optional, "locust", {"installed": {}.get}, Status.NOTE, "it is for `customhouse load`"),
        (machine.optional, "chromium", {"which": always(None)}, Status.NOTE, "not there"),
    ],
)
def test_what_is_wrong_is_told(check: Check, what: str, answers: dict[str, Any], status: Status, words: str) -> None:
    found = one(check, what, **answers)
    assert found.status is status
    assert words in found.says
    assert in_the_way([found]) == (status is Status.PROBLEM)


def test_every_fake_has_a_name_and_a_port() -> None:
    assert tuple(fake.name for fake in available()) == PROVIDERS == tuple(PORTS)


def test_what_has_another_name_is_found() -> None:
    def only_chrome(name: str, path: str | None) -> str | None:
        return "/opt/chrome" if name == "google-chrome" else None

    assert one(machine.optional, "chromium", which=only_chrome).says.startswith("/opt/chrome, for")


@pytest.fixture
def listening() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_is_taken_by_somebody_with_a_name(listening: int) -> None:
    assert probes.taken(listening)
    if os.path.exists("/proc/net/tcp"):
        name = Path("/proc/self/comm").read_text().strip()  # and no more of the command
        assert probes.listener(listening) == f"process {os.getpid()}: {name}"
    found = one(machine.ports, "port 8703", taken=always(True), listener=always("process 7: x"))
    assert found.says == "taken by process 7: x"
    assert "--rally-port 0" in found.mend


def test_the_real_answers() -> None:
    assert probes.loopback() is None
    assert probes.installed("customhouse")
    assert probes.installed("no-such-distribution") is None
    with socket.socket() as bound:  # so that nobody takes it meanwhile; not listening, so that it can be taken
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert not probes.taken(port)
        assert probes.listener(port) is None
    assert (probes.free_memory() or 1) > 0
    assert probes.temp_folder()[1] > 0
    assert probes.clocks()[1] < 60


def test_a_container_has_no_more_memory_than_its_limit(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  9000 kB\nMemAvailable:    4000 kB\n")
    monkeypatch.setattr(probes, "PROC", tmp_path)
    monkeypatch.setattr(probes, "CGROUP", tmp_path)
    assert probes.free_memory() == 4000 * 1024
    (tmp_path / "memory.current").write_text("900000\n")
    (tmp_path / "memory.stat").write_text("anon 850000\ninactive_file 50000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert probes.free_memory() == 4000 * 1024
    (tmp_path / "memory.max").write_text("1000000\n")
    assert probes.free_memory() == 150_000
    (tmp_path / "meminfo").unlink()
    assert probes.free_memory() is None


def test_a_loopback_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_server", raises)
    assert "Permission denied" in (probes.loopback() or "")
