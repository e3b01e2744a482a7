"""Source readers: what is whole is read exactly, what is broken is refused with its line."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_importer.common.errors import SourceError, UsageError
from reference_importer.common.sources import Record, SourceReader, SourceSpec

Write = Callable[[str, bytes | str], Path]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.lists(st.dictionaries(st.sampled_from(["external_id", "name", "été", "a b"]), TEXT, min_size=1))


def read(path: Path, root: str | None = None) -> list[Record]:
    return list(SourceReader(SourceSpec.of(path, None, root)).records())


def read_bytes(content: bytes, suffix: str, root: str | None = None) -> list[Record]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{suffix}"
        path.write_bytes(content)
        return read(path, root)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT)), st.sampled_from(["\r\n", "\n"]))
def test_csv_cells_arrive_as_they_are(rows: list[tuple[str, str, str]], ending: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator=ending)
    writer.writerows([("a", "b", "c"), *rows])
    found = [record.values for record in read_bytes(file.getvalue().encode(), ".csv")]
    assert found == [{name: cell for name, cell in zip("abc", row, strict=True) if cell} for row in rows]


@settings(deadline=None)
@given(ROWS, st.booleans(), st.sampled_from([None, 1]))
def test_json_arrives_as_it_is(rows: list[dict[str, Any]], escaped: bool, indent: int | None) -> None:
    content = json.dumps({"meta": {"n": 1}, "people": rows}, ensure_ascii=escaped, indent=indent).encode()
    assert [record.values for record in read_bytes(content, ".json", "people")] == rows


@settings(deadline=None)
@given(ROWS)
def test_ndjson_arrives_as_it_is(rows: list[dict[str, Any]]) -> None:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    assert [record.values for record in read_bytes(content, ".ndjson")] == rows


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.integers()), min_size=1), st.data())
def test_a_json_file_cut_anywhere_is_refused(rows: list[dict[str, int]], data: st.DataObject) -> None:
    content = json.dumps(rows).encode()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(SourceError):
        read_bytes(cut, ".json")


def test_lines_are_those_of_the_file() -> None:
    assert [one.line for one in read_bytes(b'id,name\n1,"two\nlines"\n2,x\n', ".csv")] == [2, 4]
    assert [one.line for one in read_bytes(b'[\n {"a": 1},\n {"a":\n 2}\n]', ".json")] == [2, 4]
    assert [one.line for one in read_bytes(b'{"a": 1}\n\n{"a": 2}\n', ".ndjson")] == [1, 3]


def test_numbers_keep_their_kind() -> None:
    [record] = read_bytes(
        b'[{"a": 14637613035933, "b": 1.5, "c": {"d": [true, null]}, "e": 98765432109876543210}]', ".json"
    )
    assert record.values == {"a": 14637613035933, "b": 1.5, "c": {"d": [True, None]}, "e": 98765432109876543210}
    assert isinstance(record.values["b"], float)


def test_long_lines_are_read_in_pieces() -> None:
    rows = [{"name": f"{n}" * 1000} for n in range(300)]
    assert [one.values for one in read_bytes(json.dumps(rows).encode(), ".json")] == rows


@pytest.mark.parametrize("suffix", [".csv", ".json", ".ndjson"])
def test_a_byte_order_mark_is_no_content(suffix: str) -> None:
    content = {".csv": "a\n1\n", ".json": '[{"a": "1"}]', ".ndjson": '{"a": "1"}'}[suffix]
    assert [one.values for one in read_bytes(b"\xef\xbb\xbf" + content.encode(), suffix)] == [{"a": "1"}]


@pytest.mark.parametrize(("content", "suffix"), [("", ".csv"), ("a,b\n", ".csv"), ("[]", ".json"), ("\n", ".ndjson")])
def test_an_empty_source_has_no_records(content: str, suffix: str) -> None:
    assert read_bytes(content.encode(), suffix) == []


BROKEN = {
    "an open quote": (b'id,name\n1,a\n2,"b\n3,c\n', ".csv", "line 3: "),
    "text after a quote": (b'id,name\n1,"a"b\n', ".csv", "line 2: "),
    "a short row": (b"id,name\n1,a\n2\n", ".csv", "line 3: 1 cells"),
    "a long row": (b"id,name\n1,a,x\n", ".csv", "line 2: 3 cells"),
    "a doubled column": (b"id,id\n1,a\n", ".csv", "'id' is there twice"),
    "latin-1": (b"id,name\n1,Andr\xe9\n", ".csv", "line 2: byte 0xe9"),
    "latin-1 in JSON lines": (b'{"a": "\xe9"}\n', ".ndjson", "line 1: byte 0xe9"),
    "latin-1 in JSON": (b'[\n{"a": "\xe9"}]', ".json", "line 2: not valid JSON"),
    "curly quotes": ('[{\n“role”: "user"}]'.encode(), ".json", "line 2: not valid JSON"),
    "a cut file": (b'[{"a": 1},\n{"a"', ".json", "line 2: the file ends"),
    "nothing": (b"", ".json", "the file ends"),
    "garbage at the end": (b'[{"a": 1}] x', ".json", "not valid JSON"),
    "a cut line": (b'{"a": 1}\n{"a": \n', ".ndjson", "line 2: not valid JSON"),
    "not a number": (b'{"a": NaN}\n', ".ndjson", "NaN is not JSON"),
    "not an object": (b"[1]", ".json", "expected an object, got int"),
    "a list for a line": (b"[1]\n", ".ndjson", "expected an object, got list"),
    "half a character": (b'[{"a": "\\ud83d"}]', ".json", "half a surrogate pair"),
    "the other half": (b'[{"a": "x\\ude00"}]', ".json", "half a surrogate pair"),
    "half a character in a line": (b'{"a": "\\ud83d"}\n', ".ndjson", "half a surrogate pair"),
    "no root": (b'{"contacts": [], "meta": 1}', ".json", "'contacts', 'meta'"),
}


@pytest.mark.parametrize(("content", "suffix", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_source_is_refused_with_its_place(content: bytes, suffix: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_bytes(content, suffix)
    assert words in str(caught.value)


def test_a_whole_surrogate_pair_and_an_escaped_backslash_are_text() -> None:
    [record] = read_bytes(rb'[{"a": "\ud83d\ude00", "b": "\\ud83d"}]', ".json")
    assert record.values == {"a": "😀", "b": "\\ud83d"}


def test_a_root_that_is_no_array_is_refused() -> None:
    with pytest.raises(SourceError, match="expected an array at 'contacts'"):
        read_bytes(b'{"contacts": {"a": 1}}', ".json", "contacts")


def test_the_format_is_told_by_the_suffix_or_by_the_user(write: Write) -> None:
    assert SourceSpec.of(Path("a.JSONL"), None, None).format == "ndjson"
    assert SourceSpec.of(Path("a.txt"), "csv", None).format == "csv"
    with pytest.raises(UsageError, match="--format"):
        SourceSpec.of(Path("a.txt"), None, None)
    with pytest.raises(UsageError, match="--root"):
        SourceSpec.of(Path("a.csv"), None, "contacts")


def test_only_csv_has_a_header(write: Write) -> None:
    assert SourceReader(SourceSpec(write("a.csv", "id,name\n"), "csv")).columns() == ["id", "name"]
    assert SourceReader(SourceSpec(write("b.csv", ""), "csv")).columns() is None
    assert SourceReader(SourceSpec(write("c.json", "[]"), "json")).columns() is None
