"""What the tests share: a peer, a token, and a way to run an import in this process."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reference_importer.rally.options import TOKEN as TOKEN_VARIABLE
from reference_importer.rally.options import WEBHOOK_SECRET
from reference_importer.rally.parts import Parts
from reference_importer.rally.run import main

from .peer import SECRET, TOKEN, Peer


@dataclass
class Ran:
    """What a finished import left behind."""

    code: int
    out: str
    err: str
    report: dict[str, Any]
    rejects: str

    @property
    def codes(self) -> dict[str, str]:
        """Why rows are rejected, by e-mail or phone."""
        return {one["email"] or one["phone"]: one["code"] for one in self.report["rejected_rows"]}


@dataclass
class Importer:
    """Runs imports of one source file against one peer."""

    peer: Peer
    folder: Path
    capture: pytest.CaptureFixture[str]
    options: list[str] = field(
        default_factory=lambda: ["--backoff", "0.001", "--timeout", "5", "--poll", "0.01", "--deadline", "5"]
    )

    def run(self, source: Path, *more: str, parts: Parts | None = None) -> Ran:
        report, rejects = self.folder / "report.json", Path(f"{source}.rejects.csv")
        arguments = ["--source", str(source), "--base-url", self.peer.url, "--report", str(report)]
        code = main([*arguments, *self.options, *more], parts)
        captured = self.capture.readouterr()
        document = json.loads(report.read_text()) if report.exists() else {}
        return Ran(code, captured.out, captured.err, document, rejects.read_text() if rejects.exists() else "")

    def rows(self, *rows: dict[str, Any], more: tuple[str, ...] = (), parts: Parts | None = None) -> Ran:
        """Write `rows` to the source and import it."""
        path = self.folder / "rows.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return self.run(path, *more, parts=parts)

    def forget(self) -> None:
        """Take the state file away."""
        for path in self.folder.glob("*.customs.sqlite*"):
            path.unlink()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@pytest.fixture
def importer(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Importer:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    monkeypatch.setenv(WEBHOOK_SECRET, SECRET)
    return Importer(peer, tmp_path, capsys)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
