"""What becomes of rows: sent as they are, or left out, counted and named."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import RowError, SourceError, UsageError
from reference_importer.common.sources import Record
from reference_importer.intandem import wiring
from reference_importer.intandem.mapping import Mapper

from .conftest import App, MakeApp, Row, people


def mapped(row: Row, *maps: str, fallback: str | None = None) -> Row:
    document: Row = json.loads(Mapper(ColumnMap.read(maps, None), fallback).map(Record(1, row)).payload)
    return document


@pytest.mark.parametrize(
    "name", ["Zoë", "Zoe\u0308", " padded ", "a\nb", '"q"', "\u200b", "=1+1", "😀", "a\u2028b", "x" * 9000]
)
def test_text_is_sent_as_it_is(name: str) -> None:
    row = {"first_name": name, "address": name, "email": f" {name}@X.org "}
    assert mapped(row) == row


def test_only_known_and_mapped_columns_are_sent() -> None:
    row = {"first_name": "A", "Plan": "pro", "card": {"seats": 3}, "secret": "x", "tags": ["a"]}
    assert mapped(row) == {"first_name": "A"}
    assert mapped(row, "Plan=plan", "card.seats=seats:string") == {"first_name": "A", "plan": "pro", "seats": "3"}


def test_blanks_are_not_sent() -> None:
    row = {"first_name": "A", "last_name": "", "email": "  ", "phone": None, "address": "\t"}
    assert mapped(row) == {"first_name": "A"}


@pytest.mark.parametrize("first_name", [None, "", "  ", ...])
def test_no_first_name(first_name: Any) -> None:
    row = {"email": "a@b.c", "first_name": first_name} if first_name is not ... else {"email": "a@b.c"}
    with pytest.raises(RowError, match="no first name"):
        mapped(row)
    assert mapped(row, fallback="Client")["first_name"] == "Client"


@pytest.mark.parametrize("value", [["a"], float("nan"), "\ud800"])
def test_values_that_cannot_be_sent(value: Any) -> None:
    with pytest.raises(RowError):
        mapped({"first_name": "A", "x": value}, "x=x")


def test_a_column_that_is_mapped_but_not_there() -> None:
    mapper = Mapper(ColumnMap.read(["nme=first_name"], None))
    with pytest.raises(SourceError, match="no column 'nme'"):
        mapper.check(["name", "email"])
    with pytest.raises(UsageError, match="datetime"):
        Mapper(ColumnMap.read(["born=born:datetime"], None))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ([4, 5], [4, 5]),
        (["4", "5"], ["4", "5"]),
        (["007", "a-1"], ["007", "a-1"]),
        ([4, "b-5"], ["4", "b-5"]),
        ([4.0, "5"], ["4", "5"]),
    ],
)
def test_external_ids_are_of_one_type(make_app: MakeApp, given: list[Any], sent: list[Any]) -> None:
    app = make_app([{"first_name": "Zoë", "external_id": one} for one in given])
    app.start()
    assert [one["external_id"] for one in app.walk(1).whole()] == sent


def test_external_ids_are_of_the_type_that_was_asked_for(make_app: MakeApp) -> None:
    app = make_app([{"first_name": "A", "id": one} for one in (4, "5")], "--map", "id=external_id:integer")
    app.start()
    assert [one["external_id"] for one in app.walk().whole()] == [4, 5]


def left_out(app: App, tmp_path: Path) -> tuple[dict[str, int], list[dict[str, str]]]:
    path = tmp_path / "biz-1.rejects.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    return app.report()["sessions"][0]["left_out"], rows


def test_rows_without_a_first_name_shorten_no_page(make_app: MakeApp, tmp_path: Path) -> None:
    rows = [{**row, "first_name": "" if n % 3 == 0 else row["first_name"]} for n, row in enumerate(people(30))]
    app = make_app(rows)
    app.start()
    walk = app.walk(5)
    assert [len(walk.page(page)[1]) for page in (1, 2, 3, 4, 5)] == [5, 5, 5, 5, 0]
    walk.whole()
    counts, rejects = left_out(app, tmp_path)
    assert counts == {"no_first_name": 10}
    assert [(one["line"], one["external_id"], one["code"]) for one in rejects][:2] == [
        ("1", "p0", "no_first_name"), ("4", "p3", "no_first_name"),
    ]  # fmt: skip
    assert app.report()["exit_code"] == 1
    assert "10 rows were left out" in app.report()["sessions"][0]["lacks"]


def test_emails_are_sent_once_and_blank_ones_stay_blank(make_app: MakeApp, tmp_path: Path) -> None:
    emails = ["ann@x.org", "", "ANN@x.org", " ann@X.org ", None, "bob@x.org"]
    app = make_app([{"first_name": f"N{n}", "email": email} for n, email in enumerate(emails)])
    app.start()
    assert app.walk().whole() == [
        {"first_name": "N0", "email": "ann@x.org"},
        {"first_name": "N1"},
        {"first_name": "N4"},
        {"first_name": "N5", "email": "bob@x.org"},
    ]
    counts, rejects = left_out(app, tmp_path)
    assert counts == {"duplicate_email": 2}
    assert [one["line"] for one in rejects] == ["3", "4"]
    assert app.report()["exit_code"] == 0


def test_one_external_id_for_two_clients(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app([{"first_name": "A", "external_id": 1}, {"first_name": "B", "external_id": 1}])
    app.start()
    assert len(app.walk().whole()) == 1
    assert left_out(app, tmp_path)[0] == {"external_id_taken": 1}
    assert app.report()["exit_code"] == 1


@pytest.mark.parametrize(("count", "rest"), [(19, 0), (20, 0), (21, 1), (45, 25)])
def test_what_a_session_cannot_carry_is_reported_and_can_be_imported_next(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, rest: int
) -> None:
    monkeypatch.setattr(wiring, "CAP", 20)
    app = make_app(people(count))
    app.start()
    assert app.walk(10).whole() == people(count)[:20]
    path = tmp_path / "biz-1.rest.ndjson"
    assert path.exists() is (rest > 0)
    assert app.report()["exit_code"] == (1 if rest else 0)
    if rest:
        assert f"{rest} rows were left out" in app.report()["sessions"][0]["lacks"]
        assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == people(count)[20:]


def test_a_csv_file(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id,First Name,email\n4,Ann,a@x.org\n5,Bob,\n", encoding="utf-8")
    app = make_app(None, "--source", str(path), "--map", "id=external_id", "--map", "First Name=first_name")
    app.start()
    assert app.walk().whole() == [
        {"external_id": "4", "first_name": "Ann", "email": "a@x.org"}, {"external_id": "5", "first_name": "Bob"},
    ]  # fmt: skip


@pytest.mark.parametrize("content", ['{"first_name": "A"}\n{"first', '{"first_name": "A"}\n[1]\n'])
def test_a_broken_file_starts_nothing(make_app: MakeApp, tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.ndjson"
    path.write_text(content)
    app = make_app(None, "--source", str(path))
    code, told = app.start()
    assert code == 502
    assert "line 2" in told["error"]
    path.unlink()
    assert app.start()[0] == 502
