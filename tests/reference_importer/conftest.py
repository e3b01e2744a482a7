"""What the tests share: a peer, a token, and a way to run an import in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reference_importer.intercom.options import TOKEN as TOKEN_VARIABLE
from reference_importer.intercom.run import main

from .peer import TOKEN, Peer
from .running import Importer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@pytest.fixture
def importer(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Importer:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    options = ["--backoff", "0.001", "--timeout", "5"]
    return Importer(main, peer, tmp_path, capsys, options)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a source file of any content."""

    def writer(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer
