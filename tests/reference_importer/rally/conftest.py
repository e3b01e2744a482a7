"""What the tests share: a peer, a token, and a way to run an import in this process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_importer.rally.options import TOKEN as TOKEN_VARIABLE
from reference_importer.rally.options import WEBHOOK_SECRET
from reference_importer.rally.run import main
from tests.reference_importer.running import Importer

from .hooks import SECRET
from .peer import TOKEN, Peer


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
    options = ["--backoff", "0.001", "--timeout", "5", "--poll", "0.01", "--deadline", "5"]
    return Importer(main, peer, tmp_path, capsys, options)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
