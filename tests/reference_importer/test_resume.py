"""Real processes: killed in the middle, interrupted, two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .listening import Seen
from .peer import TOKEN, Peer
from .running import Importer
from .test_import import people

ROWS = [{**row, "role": "lead" if n % 3 == 0 else "user"} for n, row in enumerate(people(60))]
DEADLINE_S = 30


@contextmanager
def running(source: Path, peer: Peer) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "reference_importer", "intercom", "--source", str(source), "--base-url", peer.url]
    environment = {**os.environ, "INTERCOM_TOKEN": TOKEN}
    with subprocess.Popen(command, env=environment, text=True, stdout=-1, stderr=-1) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_the_middle_and_started_again(peer: Peer, importer: Importer, ending: signal.Signals) -> None:
    source = importer.source(ROWS)
    middle, go_on = threading.Event(), threading.Event()

    def watch(seen: Seen) -> None:
        if len(peer.calls("POST", "/contacts")) >= 25:
            middle.set()
            go_on.wait(DEADLINE_S)

    peer.watch = watch
    with running(source, peer) as process:
        assert middle.wait(DEADLINE_S)
        process.send_signal(ending)
        if ending is signal.SIGKILL:
            process.wait(DEADLINE_S)
        go_on.set()
        _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == (130 if ending is signal.SIGINT else -signal.SIGKILL)
    assert ("start again to go on" in err) is (ending is signal.SIGINT)
    assert 0 < len(peer.active()) < 60
    ran = importer.run(source)
    assert ran.code == 0
    assert sorted(one["email"] for one in peer.active()) == sorted(row["email"] for row in ROWS)


def test_two_at_once(peer: Peer, importer: Importer) -> None:
    source = importer.source(ROWS)
    first_is_busy = threading.Event()
    go_on = threading.Event()

    def watch(seen: Seen) -> None:
        first_is_busy.set()
        go_on.wait(DEADLINE_S)

    peer.watch = watch
    with running(source, peer) as first:
        assert first_is_busy.wait(DEADLINE_S)
        with running(source, peer) as second:
            assert second.stderr is not None
            assert "another run is using" in second.stderr.readline()
            go_on.set()
            first.communicate(timeout=DEADLINE_S)
            out, _ = second.communicate(timeout=DEADLINE_S)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "60 skipped" in out
    assert len(peer.contacts) == 60


def test_two_at_once_with_state_files_of_their_own(peer: Peer, importer: Importer) -> None:
    users = [row for row in ROWS if row["role"] == "user"]
    source = importer.source(users)
    other = source.with_name("other.ndjson")
    other.write_bytes(source.read_bytes())
    with running(source, peer) as first, running(other, peer) as second:
        first.communicate(timeout=DEADLINE_S)
        second.communicate(timeout=DEADLINE_S)
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(peer.contacts) == len(users)


def test_the_front_door() -> None:
    def code(*arguments: str) -> int:
        command = [sys.executable, "-m", "reference_importer", *arguments]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert code("--help") == 0
    assert code("intercom", "--help") == 0
    assert code("nobody") == 2
