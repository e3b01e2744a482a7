"""Clients that hold on to what they can do not hold up the others, and nothing stays behind of them. In small."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_loadtests.bench import traffic
from customhouse_loadtests.bench.drive import Address, drive
from customhouse_loadtests.endurance.hostile import coming_and_going, slow_clients
from customhouse_loadtests.endurance.tally import Tally

from .several import LEAVING_S, Served, children, serving

SLOW = 200
CONNECTS = 10_000
SANDBOXES = 1_000
CONNECTIONS = 500  # a test may have 1,024 files open where nothing else is said
CALLS = 300
UNLIMITED = {"app": 1_000_000_000, "workspace": 1_000_000_000}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def address_of(served: Served) -> Address:
    parts = urlsplit(served.url)
    return str(parts.hostname), int(parts.port or 80)


def descriptors(served: Served) -> int:
    return len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))


def settled_descriptors(served: Served, most: int) -> int:
    """How many are open once those of clients that left are closed; asking is what waits."""
    for _ in range(1_000):
        if (count := descriptors(served)) <= most:
            return count
        served.control("GET", "/health")
    return count


def define(served: Served, token: str) -> int:
    """The attributes that creates use, before any of them can overtake it; how many calls that took."""
    requests = traffic.definitions(token)
    drive([(address_of(served), requests)], connections=1)
    return len(requests)


def test_slow_and_silent_clients_do_not_hold_up_the_others(served: Served) -> None:
    sandbox, patient = served.sandbox(limits=UNLIMITED), served.sandbox(limits=UNLIMITED)
    token = sandbox["credentials"]["token"]
    served.control("GET", "/health")
    before = descriptors(served)
    with slow_clients(address_of(served), patient["credentials"]["token"], SLOW) as slow:
        defined = define(served, token)
        requests = traffic.creates(token, 0, CALLS)
        for start in range(0, len(requests), 50):
            slow.drip()
            driven = drive([(address_of(served), requests[start : start + 50])], connections=8)
            assert driven.statuses == {200: len(requests[start : start + 50])}
        assert Counter(slow.finish()) == {200: SLOW}
    assert len(served.rows(sandbox)) == defined + len(requests)
    abandoned = [row for row in served.rows_when(patient, 2 * SLOW) if row["delivery"] == "abandoned"]
    assert len(abandoned) == SLOW
    assert settled_descriptors(served, before) <= before


def test_many_connects_in_a_row_stop_nobody_and_leave_nothing_behind(served: Served) -> None:
    sandbox = served.sandbox(limits=UNLIMITED)
    token = sandbox["credentials"]["token"]
    served.control("GET", "/health")
    before = descriptors(served)
    requests = traffic.creates(token, 0, CALLS)
    define(served, token)
    with coming_and_going(address_of(served), CONNECTS):
        driven = drive([(address_of(served), requests)], connections=4)
    assert driven.statuses == {200: len(requests)}
    assert settled_descriptors(served, before) <= before
    assert served.control("GET", "/health").json() == {"status": "ok"}


def test_a_client_that_does_not_read_its_answers_holds_up_nobody(served: Served) -> None:
    sandbox = served.sandbox(limits=UNLIMITED)
    token = sandbox["credentials"]["token"]
    define(served, token)
    drive([(address_of(served), traffic.creates(token, 0, 150))], connections=4)
    page = traffic.request("GET", "/contacts?per_page=150", token)
    pages = 40
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.connect(address_of(served))
        unread.settimeout(LEAVING_S)
        unread.sendall(page * pages)
        driven = drive([(address_of(served), traffic.creates(token, 150, CALLS))], connections=8)
        assert driven.statuses == {200: CALLS}
        received, ended = 0, b""
        while received < pages:
            ended += unread.recv(1 << 20)
            received += ended.count(b"HTTP/1.1 200")
            ended = ended[-len(b"HTTP/1.1 20") :]
    total = served.control("GET", f"/sandboxes/{sandbox['id']}").json()["journal"]["total"]
    assert total == len(traffic.ATTRIBUTES) + 150 + CALLS + pages


def sandboxes(served: Served, count: int) -> Iterator[dict[str, Any]]:
    """New ones, over one connection and without what a comfortable client costs."""
    headers = {"Authorization": f"Bearer {served.ready['control_token']}"}
    body = json.dumps({"provider": "intercom", "limits": UNLIMITED})
    with closing(http.client.HTTPConnection(*address_of(served), timeout=LEAVING_S)) as connection:
        for _ in range(count):
            connection.request("POST", "/_customhouse/sandboxes", body, headers)
            yield json.loads(connection.getresponse().read())


def test_a_thousand_sandboxes_at_once_are_a_thousand_accounts(served: Served) -> None:
    made = list(sandboxes(served, SANDBOXES))
    bursts = [traffic.request("POST", "/contacts", one["credentials"]["token"], {"email": "a@b.ce"}) for one in made]
    for status in (200, 409):
        driven = drive([(address_of(served), bursts)], connections=CONNECTIONS)
        assert driven.statuses == {status: SANDBOXES}
    listed = {row["id"]: row for row in served.control("GET", "/sandboxes").json()["sandboxes"]}
    assert {listed[one["id"]]["journal"]["total"] for one in made} == {2}
    control = served.ready["control_token"]
    ends = [traffic.request("DELETE", f"/_customhouse/sandboxes/{one['id']}", control) for one in made]
    assert drive([(address_of(served), ends)], connections=8).statuses == {204: SANDBOXES}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_short_soak_accounts_for_every_call(tmp_path: Path, processes: int) -> None:
    run = subprocess.run(soak(tmp_path, 2, processes), check=False, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    document = json.loads((tmp_path / "soak.json").read_bytes())
    assert document["sent"] == document["journaled"] > 0
    assert document["statuses"].keys() == {"200", "503"}
    assert document["statuses"]["503"] == document["planned"] > 0
    assert len(document["memory_mb"]) == document["rounds"] > 0
    assert document["connects"] >= document["most_in_a_row"] == 500
    assert (document["faults"], document["interrupted"]) == ([], False)


def test_a_soak_that_is_interrupted_leaves_a_whole_report_and_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(soak(tmp_path, 600, 2), stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (server,) = children(process.pid)
        family = [server, *children(server)]
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(LEAVING_S) == 130
    document = json.loads((tmp_path / "soak.json").read_bytes())
    assert document["interrupted"]
    assert document["rounds"] > 0
    assert document["faults"] == []
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def soak(out: Path, seconds: int, processes: int) -> list[str]:
    options = ["--seconds", str(seconds), "--processes", str(processes), "--connects", "500", "--out", str(out)]
    return [sys.executable, "-m", "customhouse_loadtests.endurance", *options]


def test_what_is_wrong_is_said() -> None:
    tally = Tally(sent=10, journaled=9, planned=1, diagnostics=[{"kind": "crash"}])
    tally.statuses.update({200: 7, 503: 1, 500: 2})
    assert [fault.split(",")[0] for fault in tally.faults()] == [
        "10 calls were sent and 9 journaled: 1 are lost",
        "3 answers were 5xx",
        "the fakes list 1 faults of their own",
    ]


@given(st.floats(50, 500), st.integers(16, 200))
def test_memory_that_comes_and_goes_is_flat_and_memory_that_only_comes_is_not(start: float, rounds: int) -> None:
    assert Tally(memory_mb=[start + (turn % 7) for turn in range(rounds)]).grown() == ""
    assert "grew" in Tally(memory_mb=[start + start * turn / 10 for turn in range(rounds + 100)]).grown()
