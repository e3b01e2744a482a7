"""The front door: a real process, killed and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import requests

from reference_importer.cli import main

from .conftest import DEADLINE_S, MakeProcess, in_background, people
from .peers import SOURCE_TOKEN, TOKEN, Upstream, Vendor


def test_a_session_from_launch_to_report(make_process: MakeProcess, vendor: Vendor, tmp_path: Path) -> None:
    app = make_process(people(25))
    assert requests.get(f"{app.url}/health", timeout=DEADLINE_S).json() == {"status": "ok"}
    launched = app.launch()
    assert (launched.status_code, launched.json()["clients"]) == (200, 25)
    assert app.walk().whole() == people(25)
    assert requests.get(f"{app.url}/status.json", timeout=DEADLINE_S).json()["counts"]["handed_out"] == 25
    page = requests.get(app.url, headers={"Accept": "text/html"}, timeout=DEADLINE_S).text
    assert "25 of 25" in page
    assert "biz-1" not in page
    assert app.end() == 0
    (session,) = app.report["sessions"]
    assert (session["business_uid"], session["state"], session["handed_out"]) == ("biz-1", "complete", 25)
    everything = "".join(app.lines) + app.report_path.read_text() + page
    assert TOKEN not in everything
    assert all(TOKEN.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_slashes_and_large_bodies(make_process: MakeProcess) -> None:
    app = make_process(people(3))
    app.launch()
    query = {"business_uid": "biz-1", "page": "1", "per_page": "5"}
    for path in ("//app/clients/export", "/app//clients/export/", "/app/clients/export"):
        assert requests.get(app.url + path, params=query, timeout=DEADLINE_S).json()["data"]["clients"] == people(3)
    assert (
        requests.post(f"{app.url}/webhooks/bulk_import", data=b"x" * 5_000_000, timeout=DEADLINE_S).status_code == 413
    )
    assert requests.get(f"{app.url}/nowhere", timeout=DEADLINE_S).status_code == 404
    assert requests.post(f"{app.url}/app/clients/export", timeout=DEADLINE_S).status_code == 405
    assert app.end(signal.SIGINT) == 1


def test_killed_between_pages(make_process: MakeProcess, tmp_path: Path) -> None:
    app = make_process(people(25))
    app.launch()
    walk = app.walk()
    assert walk.page(1) == (200, people(25)[:10])
    assert app.end(signal.SIGKILL) == -signal.SIGKILL
    (tmp_path / "rows.ndjson").write_text("")
    app.again()
    assert walk.page(2) == (200, people(25)[10:20])
    assert walk.page(3) == (200, people(25)[20:])
    assert walk.page(-1) == (200, [])
    assert app.end() == 0
    assert app.report["counts"]["handed_out"] == 25
    app.again()
    assert app.end() == 0
    assert app.report["sessions"] == []


def test_killed_before_the_answer_of_the_start(make_process: MakeProcess, vendor: Vendor) -> None:
    app = make_process(people(5))
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(DEADLINE_S)

    vendor.meanwhile = wait

    def launch() -> None:
        with suppress(requests.ConnectionError):
            app.launch()

    thread = in_background(launch)
    assert asked.wait(DEADLINE_S)
    app.end(signal.SIGKILL)
    go_on.set()
    thread.join(DEADLINE_S)
    app.again()
    assert app.walk().whole() == people(5)
    assert app.end() == 0


def test_stopped_while_a_page_is_still_to_come(make_process: MakeProcess) -> None:
    app = make_process(people(25))
    app.launch()
    app.walk().page(1)
    assert app.end() == 1
    assert "session 1 is not complete" in "".join(app.lines)
    app.again()
    assert app.walk().whole() == people(25)
    assert app.end() == 0


def test_stopped_while_the_source_is_slow(make_process: MakeProcess, upstream: Upstream, vendor: Vendor) -> None:
    upstream.rows, upstream.sizes, upstream.hold = people(30), [10], threading.Event()
    app = make_process(None, "--source-url", upstream.url)
    answers: list[requests.Response] = []
    thread = in_background(lambda: answers.append(app.launch()))
    while len(upstream.seen) < 2:
        assert requests.get(f"{app.url}/health", timeout=DEADLINE_S).status_code == 200
    assert app.popen is not None
    app.popen.send_signal(signal.SIGTERM)
    upstream.hold.set()
    thread.join(DEADLINE_S)
    assert answers[0].status_code == 503
    assert "stopped" in answers[0].json()["error"]
    app.popen.communicate(timeout=DEADLINE_S)
    assert (app.popen.returncode, vendor.starts) == (1, [])
    assert SOURCE_TOKEN not in app.report_path.read_text()


def test_nothing_was_started(make_process: MakeProcess) -> None:
    assert make_process(people(1)).end() == 0


def test_many_starts_keep_no_page_waiting(make_process: MakeProcess, vendor: Vendor) -> None:
    app = make_process(people(5))
    go_on = threading.Event()
    vendor.meanwhile = lambda: go_on.wait(DEADLINE_S)
    threads = [in_background(partial(app.launch, f"biz-{n}")) for n in range(20)]
    while len(vendor.starts) < 8:
        assert requests.get(f"{app.url}/health", timeout=DEADLINE_S).status_code == 200
    walks = [app.walk(business=f"biz-{n}") for n in range(20)]
    waiting = [walk for walk in walks if walk.page(1)[0] == 200]
    assert [walk.whole() for walk in waiting] == [people(5)] * 8
    go_on.set()
    for thread in threads:
        thread.join(DEADLINE_S)


USAGE = [
    ([], "nothing to import"),
    (["--source", "{rows}", "--source-url", "http://x.y"], "both given"),
    (["--source-url", "ftp://x"], "no address"),
    (["--source-url", "http://u:p@x.y/"], "user or password"),
    (["--source", "{rows}", "--base-url", "nowhere"], "no address"),
    (["--source", "{rows}", "--source-of", "a/b=c"], "BUSINESS_UID=FILE"),
    (["--source", "{rows}", "--map", "a=b:date"], "declared as"),
    (["--source", "{rows}", "--state", "/nowhere/at/all"], "Check the path"),
    (["--source", "{rows}", "--port", "{port}"], "Take another"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
def test_what_cannot_be_used(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    vendor: Vendor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INTANDEM_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    rows = tmp_path / "rows.csv"
    rows.write_text("first_name\nAnn\n")
    given = [one.format(rows=rows, port=vendor.url.rpartition(":")[2]) for one in arguments]
    assert main(["intandem", "--app-code-name", "x", *given]) == 2
    assert words in capsys.readouterr().err


TOKENS = [
    ({}, "INTANDEM_TOKEN is not set"),
    ({"INTANDEM_TOKEN": "a b"}, "characters that no token has"),
    ({"INTANDEM_TOKENS": "[]"}, "no JSON object"),
    ({"INTANDEM_TOKENS": "{"}, "no JSON object"),
]


@pytest.mark.parametrize(("environment", "words"), TOKENS)
def test_tokens_that_cannot_be_used(environment: dict[str, str], words: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("first_name\nAnn\n")
    command = [sys.executable, "-m", "reference_importer", "intandem", "--app-code-name", "x", "--source", str(rows)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTANDEM")}
    ran = subprocess.run(
        command, check=False, env={**kept, **environment}, cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 2
    assert words in ran.stderr
