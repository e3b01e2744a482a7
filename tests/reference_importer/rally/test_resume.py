"""Killed, started twice, large: by real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

from reference_importer.common.checkpoint import Staged
from reference_importer.rally.ledger import Ledger
from tests.reference_importer.listening import Seen
from tests.reference_importer.running import Importer

from .peer import IMPORT, POLL, TOKEN, Fault, Import, Peer

ROWS: list[dict[str, Any]] = [{"email": f"p{number}@x.io", "properties": {"Color": "Red"}} for number in range(20)]


def started(importer: Importer, source: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "reference_importer", "rally", "--source", str(source)]
    options = ["--base-url", importer.peer.url, *importer.options, *more]
    return subprocess.Popen(
        [*command, *options], env=os.environ | {"RALLY_TOKEN": TOKEN}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def written(importer: Importer) -> Path:
    path = importer.folder / "people.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def test_a_killed_run_goes_on_where_it_was(importer: Importer, peer: Peer) -> None:
    source, third = written(importer), threading.Event()

    def count(begun: Import) -> None:
        if len(peer.imports) == 3:
            third.set()

    peer.webhook, peer.polls = count, 10**6
    process = started(importer, source, "--batch-size", "4", "--in-flight", "3")
    assert third.wait(30)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    peer.polls = 0
    before = len(peer.sent())
    ran = importer.run(source, "--batch-size", "4")
    assert ran.code == 0
    assert ran.report["counts"]["imported"] == 20
    sent = Counter(record["email"] for people in peer.sent()[before:] for record in people)
    assert set(sent.values()) == {1}
    assert len(sent) <= 20 - 8  # the first two were accepted, the third perhaps not yet written down
    assert len(peer.people) == 20


def test_an_import_of_a_killed_run_that_is_gone_is_sent_again(importer: Importer, peer: Peer) -> None:
    source = written(importer)
    peer.end = None
    assert importer.run(source, "--deadline", "0.2").code == 3
    peer.imports.clear()
    peer.end = "COMPLETED"
    assert importer.run(source).code == 0
    assert len(peer.people) == 20


def test_two_at_once_are_as_good_as_one(importer: Importer, peer: Peer) -> None:
    source = written(importer)
    processes = [
        started(importer, source, "--batch-size", "5", "--state", str(importer.folder / f"state-{n}")) for n in range(2)
    ]
    assert [process.communicate(timeout=60) and process.returncode for process in processes] == [0, 0]
    assert sorted(person["email"] for person in peer.people.values()) == sorted(row["email"] for row in ROWS)
    assert len(peer.properties) == 1


def test_two_with_one_state_file_take_turns(importer: Importer, peer: Peer) -> None:
    source = written(importer)
    processes = [started(importer, source, "--batch-size", "5") for _ in range(2)]
    assert [process.communicate(timeout=60) and process.returncode for process in processes] == [0, 0]
    assert len(peer.calls(IMPORT)) == 4


def test_interrupted_by_the_user(importer: Importer, peer: Peer) -> None:
    peer.end = None
    polled = threading.Event()

    def watched(seen: Seen) -> bool:
        if POLL(seen):
            polled.set()
        return False

    peer.faults.append(Fault(watched))
    process = started(importer, written(importer), "--deadline", "60")
    assert polled.wait(30)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, b"start again" in err) == (130, True)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Of what Python holds; SQLite's cache has a bound of its own."""
    peaks = []
    for rows in (2_000, 8_000):
        ledger = Ledger(tmp_path / f"{rows}.sqlite")
        tracemalloc.start()
        emails = ((n, f"p{n}@x.io") for n in range(rows))
        staged = (
            Staged(n, f"e:{email}", "person", email, email, email, {"email": email, "note": "x" * 100})
            for n, email in emails
        )
        ledger.stage(staged, lambda: None)
        ledger.place_anew()
        after = 0
        while chunk := ledger.unplaced(after, 500):
            after = chunk[-1].seq
            ledger.place([(row, 1, row.payload) for row in chunk])
        while ledger.next_batch(500):
            continue
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        ledger.close()
    assert peaks[1] < peaks[0] * 1.5
