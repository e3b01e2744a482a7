"""Imports run in this process, against a peer, and what they leave behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest


class Listening(Protocol):
    """A peer, as far as an importer sees it."""

    url: str


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
    """Runs imports of one source file against one peer. `main` is the provider's, with parts to replace its own."""

    main: Callable[[list[str], Any], int]
    peer: Listening
    folder: Path
    capture: pytest.CaptureFixture[str]
    options: list[str]

    def source(self, rows: list[dict[str, Any]]) -> Path:
        path = self.folder / "rows.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    def run(self, source: Path, *more: str, parts: object = None) -> Ran:
        report, rejects = self.folder / "report.json", Path(f"{source}.rejects.csv")
        arguments = ["--source", str(source), "--base-url", self.peer.url, "--report", str(report)]
        code = self.main([*arguments, *self.options, *more], parts)
        captured = self.capture.readouterr()
        document = json.loads(report.read_text()) if report.exists() else {}
        return Ran(code, captured.out, captured.err, document, rejects.read_text() if rejects.exists() else "")

    def rows(self, *rows: dict[str, Any], more: tuple[str, ...] = (), parts: object = None) -> Ran:
        """Write `rows` to the source and import it."""
        return self.run(self.source(list(rows)), *more, parts=parts)

    def forget(self) -> None:
        """Take the state file away."""
        for path in self.folder.glob("*.customs.sqlite*"):
            path.unlink()
