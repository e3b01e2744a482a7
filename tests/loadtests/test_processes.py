"""`customhouse serve --processes N`, by real processes: any port leads to any sandbox, and nothing lost looks empty."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from customhouse_fakes.core.shards.homes import Homes

from .several import LEAVING_S, PORTS, Served, children, serving, watch

PROCESSES = 3


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--processes", str(PROCESSES)) as running:
        yield running


def test_a_sandbox_is_the_same_from_every_port(served: Served) -> None:
    sandboxes = served.one_each(PROCESSES)
    urls = [served.url, *(sandbox["url"] for sandbox in sandboxes)]
    assert len(set(urls)) == PROCESSES + 1
    for sandbox in sandboxes:
        for number, url in enumerate(urls):
            assert served.create(sandbox, f"{number}@example.com", url).status_code == 200
            assert served.create(sandbox, f"{number}@example.com", url).status_code == 409
            assert served.control("GET", f"/sandboxes/{sandbox['id']}", url).json()["id"] == sandbox["id"]
        assert len(served.rows(sandbox)) == 2 * len(urls)


def test_one_connection_may_go_back_and_forth_between_the_processes(served: Served) -> None:
    """Sessions keep one connection for the port, whatever credentials go over it."""
    sandboxes = served.one_each(PROCESSES)
    for turn in range(3):
        for sandbox in sandboxes:
            assert served.create(sandbox, f"{turn}@example.com", served.url).status_code == 200
    assert [len(served.rows(sandbox)) for sandbox in sandboxes] == [3] * PROCESSES


def test_a_chosen_id_decides_where_a_sandbox_lives_and_is_taken_from_every_port(served: Served) -> None:
    first = served.sandbox(id="chosen")
    for url in (served.url, first["url"], *(sandbox["url"] for sandbox in served.one_each(PROCESSES))):
        refused = served.control("POST", "/sandboxes", url, json={"provider": "intercom", "id": "chosen"})
        assert (refused.status_code, "already" in refused.text) == (400, True)
    assert served.control("DELETE", "/sandboxes/chosen").status_code == 204
    assert served.create(first, "a@example.com", served.url).status_code == 401


def test_the_development_sandboxes_answer_on_every_port(served: Served) -> None:
    own = {"credentials": served.ready["intercom"]}
    for url in (served.url, *(sandbox["url"] for sandbox in served.one_each(PROCESSES))):
        assert served.call(own, "GET", "/me", url).status_code == 200
        assert served.control("GET", "/clock", url).json()["frozen"] is False
    assert served.control("GET", "/journal").json()["total"] == PROCESSES + 1


def test_lists_strays_and_metrics_are_of_all_processes(served: Served) -> None:
    sandboxes = served.one_each(PROCESSES)
    nobody = {"credentials": {"token": f"nobody-{len(sandboxes)}"}}
    for sandbox in sandboxes:
        served.create(sandbox, "a@example.com")
        served.call(nobody, "GET", "/me", sandbox["url"])
    for url in (served.url, sandboxes[0]["url"]):
        listed = served.control("GET", "/sandboxes", url).json()
        assert {sandbox["id"] for sandbox in sandboxes} <= {row["id"] for row in listed["sandboxes"]}
        assert listed["lost"] == []
        strays = served.control("GET", "/strays", url).json()
        assert strays["total"] >= len([row for row in strays["strays"] if row["path"] == "/me"]) >= PROCESSES
        text = served.control("GET", "/metrics", url).text
        assert text.count("# TYPE customhouse_strays_total counter") == 1
        for sandbox in sandboxes:
            assert (
                f'customhouse_exchanges_total{{provider="intercom",sandbox="{sandbox["id"]}",status="200"}} 1.0' in text
            )
    unsigned = requests.get(f"{served.url}/_customhouse/sandboxes", timeout=10)
    assert (unsigned.status_code, unsigned.headers["Content-Type"]) == (401, "application/problem+json")


def test_events_are_of_all_processes(served: Served) -> None:
    sandboxes = served.one_each(PROCESSES)
    wanted = "&".join(f"sandbox={sandbox['id']}" for sandbox in sandboxes)
    heard: set[str] = set()
    listening = threading.Semaphore(0)

    def listen() -> None:
        headers = {"Authorization": f"Bearer {served.ready['control_token']}"}
        with requests.get(f"{served.url}/_customhouse/events", headers=headers, stream=True, timeout=20) as stream:
            for line in stream.iter_lines():
                if line.startswith(b": listening"):
                    listening.release()
                if line.startswith(b"data: "):
                    heard.add(json.loads(line.removeprefix(b"data: "))["sandbox"])
                if len(heard) == PROCESSES:
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    assert all(listening.acquire(timeout=10) for _ in range(PROCESSES))
    for sandbox in sandboxes:
        served.create(sandbox, "a@example.com")
    thread.join(20)
    assert heard == {sandbox["id"] for sandbox in sandboxes}
    assert served.control("GET", f"/events?{wanted}&sandbox=none").status_code == 404


def test_tokens_that_are_asked_for_later_lead_home_too(served: Served) -> None:
    for _ in range(PROCESSES):
        made = served.control("POST", "/sandboxes", json={"provider": "intandem"}).json()
        keys = made["credentials"]
        body = {"service_id": keys["client_id"], "service_secret": keys["client_secret"]}
        url = served.ready["intandem"]["url"]
        token = requests.post(f"{url}/oauth/service/token", json=body, timeout=20).json()["access_token"]
        path = f"{url}/platform/v1/clients"
        answer = requests.get(path, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        assert answer.status_code != 401
        rows = served.control("GET", f"/sandboxes/{made['id']}/journal", url).json()["rows"]
        assert [row["path"] for row in rows] == ["/oauth/service/token", "/platform/v1/clients"]


@pytest.mark.parametrize(
    ("fault", "delivery"), [({"reset": True}, "reset"), ({"truncate": 3}, "truncated"), ({"hang": True}, "held")]
)
def test_faults_of_the_connection_are_the_owner_s_own(served: Served, fault: dict[str, object], delivery: str) -> None:
    for sandbox in served.one_each(PROCESSES):
        plan = {"faults": [{"operation": "*", "calls": {"first": 1}, **fault}]}
        assert served.control("PUT", f"/sandboxes/{sandbox['id']}/faults", json=plan).status_code == 200
        headers = {"Authorization": f"Bearer {sandbox['credentials']['token']}"}
        with pytest.raises(requests.RequestException):
            requests.get(f"{served.url}/contacts", headers=headers, timeout=0.5)
        assert served.rows(sandbox)[0]["delivery"] == delivery


def test_bodies_that_end_too_early_or_never_are_the_owner_s_to_judge(served: Served) -> None:
    for sandbox in served.one_each(PROCESSES):
        token = sandbox["credentials"]["token"]
        large = served.call(sandbox, "POST", "/contacts", served.url, data=b"x" * (17 << 20))
        assert large.status_code == 413
        parts = iter([b"x" * (9 << 20)] * 2)
        assert served.call(sandbox, "POST", "/contacts", served.url, data=parts).status_code == 413
        with _connected(served.url) as sock:
            head = f"POST /contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n"
            sock.sendall(head.encode() + b"half")
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1000) == b""
        assert [row["refused_by"] for row in served.rows_when(sandbox, 3)] == ["body-limit", "body-limit", "client"]


def test_what_is_read_behind_a_request_is_not_mixed_up(served: Served) -> None:
    """Pipelining over a connection that is handed over: the first is answered, and the client told to ask again."""
    for sandbox in served.one_each(PROCESSES):
        request = f"GET /me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox['credentials']['token']}\r\n\r\n"
        with _connected(served.url) as sock:
            sock.sendall(2 * request.encode())
            received = b""
            while chunk := sock.recv(65536):
                received += chunk
                if received.count(b"HTTP/1.1 200") == 2:
                    break
        assert received.count(b"HTTP/1.1 200") == 2 or b"connection: close" in received.lower()


def test_what_died_is_lost_and_not_empty() -> None:
    with serving("--processes", str(PROCESSES)) as served:
        sandboxes = served.one_each(PROCESSES)
        for sandbox in sandboxes:
            served.create(sandbox, "a@example.com")
        pid = served.children()[Homes(0, PROCESSES).home(sandboxes[0]["id"])]  # they were started in that order
        gone = watch(pid)
        os.kill(pid, signal.SIGKILL)
        assert select.select([gone], [], [], LEAVING_S)[0]
        os.close(gone)
        lost, *kept = sandboxes
        for url in (served.url, lost["url"], kept[0]["url"]):
            answer = requests.get(f"{url}/me", headers=_bearer(lost), timeout=20)
            assert answer.status_code == 503
            assert "died at 20" in answer.headers["Customhouse-Lost"]
            assert "killed by SIGKILL" in answer.headers["Customhouse-Lost"]
            refused = requests.get(
                f"{url}/_customhouse/sandboxes/{lost['id']}/journal", headers=_control(served), timeout=20
            )
            assert (refused.status_code, refused.json()["type"]) == (410, "urn:customhouse:lost")
        for sandbox in kept:
            assert served.create(sandbox, "a@example.com", served.url).status_code == 409
        listed = served.control("GET", "/sandboxes").json()
        assert lost["id"] in [row["id"] for row in listed["lost"]]
        assert {sandbox["id"] for sandbox in kept} <= {row["id"] for row in listed["sandboxes"]}
        strays = served.control("GET", "/strays").json()["strays"]
        assert [row["refused_by"] for row in strays] == ["lost"] * 3
        again = served.sandbox(id=lost["id"])
        assert again["url"] == lost["url"]
        assert served.create(again, "a@example.com", served.url).status_code == 200
        assert requests.get(f"{served.url}/me", headers=_bearer(lost), timeout=20).status_code == 503
        assert lost["id"] not in [row["id"] for row in served.control("GET", "/sandboxes").json()["lost"]]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_however_it_ends(by: signal.Signals) -> None:
    with serving("--processes", "2") as served:
        watched = [watch(pid) for pid in served.children()]
        assert len(watched) == 2
        code = served.end(by)
        assert code == (-signal.SIGKILL if by == signal.SIGKILL else 0)
        for one in watched:
            assert select.select([one], [], [], LEAVING_S)[0]
            os.close(one)


def test_ctrl_c_in_a_terminal_reaches_all_of_them_and_is_no_death() -> None:
    command = [sys.executable, "-m", "customhouse", "serve", *PORTS, "--processes", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(children(process.pid)) == 2
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(LEAVING_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_bad_settings_and_taken_ports_are_told_and_leave_nothing(served: Served, tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("[intercom.profile]\nloud = true\n")
    port = str(urlsplit(served.url).port)
    for option, value, words in (
        ("--intercom-port", port, f"cannot listen on 127.0.0.1:{port}"),
        ("--config", str(config), "'loud' is no switch"),
    ):
        command = [sys.executable, "-m", "customhouse", "serve", *PORTS, "--processes", "2", option, value]
        run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
        assert (run.returncode, words in run.stderr, run.stdout) == (2, True, "")


def _bearer(sandbox: dict[str, dict[str, str]]) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox['credentials']['token']}"}


def _control(served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.ready['control_token']}"}


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 80)), 20)
