"""What the tests share: a peer, a token, and a way to run an import in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reference_importer.intercom.options import TOKEN as TOKEN_VARIABLE
from reference_importer.intercom.parts import Parts
from reference_importer.intercom.run import main

from .peer import TOKEN, Peer


@dataclass
class Ran:
    """What a finished import left behind."""

    code: int
    out: str
    err: str
    report: dict[str, Any]
    rejects: str


@dataclass
class Importer:
    """Runs imports of one source file against one peer."""

    peer: Peer
    folder: Path
    capture: pytest.CaptureFixture[str]
    options: list[str] = field(default_factory=lambda: ["--backoff", "0.001", "--timeout", "5"])

    def source(self, rows: list[dict[str, Any]]) -> Path:
        path = self.folder / "rows.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    def run(self, source: Path, *more: str, parts: Parts | None = None) -> Ran:
        report, rejects = self.folder / "report.json", Path(f"{source}.rejects.csv")
        arguments = ["--source", str(source), "--base-url", self.peer.url, "--report", str(report)]
        code = main([*arguments, *self.options, *more], parts)
        captured = self.capture.readouterr()
        document = json.loads(report.read_text()) if report.exists() else {}
        return Ran(code, captured.out, captured.err, document, rejects.read_text() if rejects.exists() else "")

    def rows(self, *rows: dict[str, Any], more: tuple[str, ...] = (), parts: Parts | None = None) -> Ran:
        """Write `rows` to the source and import it."""
        return self.run(self.source(list(rows)), *more, parts=parts)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@pytest.fixture
def importer(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Importer:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    return Importer(peer, tmp_path, capsys)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a source file of any content."""

    def writer(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer
