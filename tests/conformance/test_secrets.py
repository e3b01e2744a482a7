"""The token is found at every place of a file and in every file, and what was not looked at is told."""

from pathlib import Path

import pytest

from customhouse_conformance.engine import capture, secrets
from customhouse_conformance.engine.capture import files_of, texts_of
from customhouse_conformance.engine.secrets import Scan, forms_of, scan
from customhouse_conformance.facts import Secret

TOKEN = "dG9r+ZW4/6c2VjcmV0=="
NEEDLES = forms_of([TOKEN])


def test_it_is_found_across_the_pieces_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "CHUNK", 16)
    path = tmp_path / "log"
    for offset in range(40):
        path.write_bytes(b"-" * offset + TOKEN.encode() + b"-" * 40)
        assert scan({"file:log": path}, NEEDLES) == Scan((Secret("file:log", "token"),), ())
    path.write_bytes(b"-" * 200)
    assert scan({"file:log": path}, NEEDLES) == Scan((), ())


def test_every_file_is_looked_through(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}").write_text(TOKEN if number == 299 else "")
    places = dict(files_of(tmp_path))
    assert scan(places, NEEDLES).secrets == (Secret("299", "token"),)
    assert texts_of(places, [tmp_path / "source"])["299"] == TOKEN


def test_what_is_beyond_the_bound_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "SCAN_BYTES", 100)
    for name, size in (("a", 60), ("b", 60), ("c", 1)):
        (tmp_path / name).write_bytes(b"-" * size)
    found = scan({**dict(files_of(tmp_path)), "gone": tmp_path / "gone"}, NEEDLES)
    assert found == Scan((), ("b", "c", "gone"))


def test_a_token_within_the_bound_is_found_in_a_file_beyond_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "SCAN_BYTES", 100)
    (tmp_path / "a").write_bytes(TOKEN.encode() + b"-" * 200)
    assert scan({"a": tmp_path / "a"}, NEEDLES) == Scan((Secret("a", "token"),), ())


def test_texts_of_all_files_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "FILES_BYTES", 100)
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).write_text("x" * 80)
    texts = texts_of(dict(files_of(tmp_path)), [tmp_path / "a"])
    assert list(texts) == ["b", "c", "d"]
    assert texts["b"] == "x" * 80
    assert "cut here: the first 19 of 80 bytes" in texts["c"]
    assert texts["d"].startswith("[left out, as all after it")
