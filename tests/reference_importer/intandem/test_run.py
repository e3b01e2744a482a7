"""The whole app in this process: served, stopped by a signal, its report written."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from reference_importer.common.progress import Display
from reference_importer.intandem.parts import Parts
from reference_importer.intandem.run import main

from .conftest import DEADLINE_S, in_background, people, write
from .peers import Vendor, Walk


class Visited(Display):
    """Once the app listens, inTandem comes, and then the signal."""

    clients: list[dict[str, Any]] | None = None

    def say(self, text: str) -> None:
        super().say(text)
        if text.startswith("listening on "):
            in_background(lambda: self.visit(text.rsplit(maxsplit=1)[-1]))

    def visit(self, url: str) -> None:
        def get(query: dict[str, Any]) -> tuple[int, Any]:
            answer = requests.get(f"{url}/app/clients/export", params=query, timeout=DEADLINE_S)
            return answer.status_code, answer.json()

        try:
            requests.get(f"{url}/start?business_uid=biz-1&staff_uid=st-1", timeout=DEADLINE_S).raise_for_status()
            assert requests.post(url, data=b"x" * 5_000_000, timeout=DEADLINE_S).status_code == 413
            Visited.clients = Walk(get).whole()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("report", ["report.json", "nowhere/report.json"])
def test_from_the_first_word_to_the_last(
    tmp_path: Path, vendor: Vendor, tokens: None, capsys: pytest.CaptureFixture[str], report: str
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    arguments = ["--source", str(write(tmp_path / "rows.ndjson", people(25))), "--base-url", vendor.url, "--port", "0"]
    paths = ["--state", str(tmp_path / "s.sqlite"), "--report", str(tmp_path / report), "--app-code-name", "x"]
    code = main([*arguments, *paths], replace(Parts(), display=Visited))
    out, err = capsys.readouterr()
    assert (Visited.clients, signal.getsignal(signal.SIGTERM)) == (people(25), before)
    assert "1 sessions: 25 read, 25 clients, 25 handed_out" in out
    if (tmp_path / report).exists():
        assert (code, json.loads((tmp_path / report).read_text("utf-8"))["exit_code"]) == (0, 0)
    else:
        assert (code, "the report could not be written" in err) == (1, True)


def test_a_state_file_that_is_none(tmp_path: Path, tokens: None, capsys: pytest.CaptureFixture[str]) -> None:
    rows, state = write(tmp_path / "rows.ndjson", people(1)), tmp_path / "s.sqlite"
    state.write_text("this is no database, but long enough to be looked at" * 40)
    assert main(["--source", str(rows), "--app-code-name", "x", "--state", str(state)]) == 2
    assert "cannot be used" in capsys.readouterr().err
