"""The token is found in every form, at every place in a file, and nothing of it is kept."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.engine import secrets
from customhouse_conformance.engine.secrets import forms, holds, redact, scan

TOKEN = "dG9r+ZW4/6c2VjcmV0=="


@given(st.binary(max_size=7), st.binary(max_size=7))
def test_base64_is_found_at_every_alignment(before: bytes, after: bytes) -> None:
    assert holds(base64.b64encode(before + TOKEN.encode() + after), forms(TOKEN)) == "base64 token"


def test_plain_and_percent_encoded_are_told_apart() -> None:
    assert holds(f"?t={quote(TOKEN, safe='')}".encode(), forms(TOKEN)) == "percent-encoded token"
    assert holds(f"Bearer {TOKEN}".encode(), forms(TOKEN)) == "token"
    assert holds(b"Bearer something else", forms(TOKEN)) is None


def test_it_is_found_across_the_pieces_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "CHUNK", 16)
    path = tmp_path / "log"
    for offset in range(40):
        path.write_bytes(b"-" * offset + TOKEN.encode() + b"-" * 40)
        assert scan(path, "file:log", forms(TOKEN)) is not None
    path.write_bytes(b"-" * 200)
    assert scan(path, "file:log", forms(TOKEN)) is None


def test_redaction_reaches_every_string() -> None:
    value = {TOKEN: [f"a {TOKEN}", (1, None, {"deep": quote(TOKEN, safe="")})]}
    assert TOKEN not in str(redact(value, forms(TOKEN)))
    assert redact(value, forms(TOKEN)) == {"<redacted>": ["a <redacted>", [1, None, {"deep": "<redacted>"}]]}
