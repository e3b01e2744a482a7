"""Judging a folder again that is not quite what a check wrote."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customhouse_conformance.engine.outfolder import clear, taken
from customhouse_conformance.engine.stored import judge_folder, read_records
from customhouse_conformance.errors import CannotWriteError, UsageError
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import read_record, write_record
from customhouse_conformance.verdicts import NoRecord

from .suites import suite
from .toy import as_callable, register


def judged(folder: Path) -> int:
    return judge_folder(folder, lambda _provider: register(), []).exit_code


def test_the_folder_of_a_check_is_judged_alike(folder: Path) -> None:
    assert judged(folder) == 0


@pytest.mark.parametrize(
    "document", [[], 5, None, {"results": 5}, {"results": [5]}, {"results": [{}]}, {"run": []}, {"schema": 2}], ids=str
)
def test_results_of_an_odd_shape(folder: Path, document: Any) -> None:
    (folder / "results.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"results\.json is none that"):
        judged(folder)


@pytest.mark.parametrize(("key", "value"), [("seed", "x"), ("only", 5), ("manifest", [])])
def test_a_run_of_an_odd_shape(folder: Path, key: str, value: Any) -> None:
    document = json.loads((folder / "results.json").read_text())
    document["run"][key] = value
    (folder / "results.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=f"run/{key}"):
        judged(folder)


@pytest.mark.parametrize("text", ["{", "\udcff", "[" * 100_000], ids=["cut", "bytes", "deep"])
def test_results_that_are_no_json(folder: Path, text: str) -> None:
    (folder / "results.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match="cannot be read as JSON"):
        judged(folder)


def test_a_folder_in_the_place_of_the_results(folder: Path) -> None:
    (folder / "results.json").unlink()
    (folder / "results.json").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        judged(folder)


def test_a_record_under_another_name_is_none(folder: Path) -> None:
    records = folder / "records" / "intercom"
    first = sorted(records.iterdir())[0]
    shutil.copy(first, records / "renamed.jsonl")
    shutil.copytree(records, folder / "records" / "rally")
    found = read_records(folder / "records")
    assert isinstance(found["intercom"][first.stem], Record)
    for provider, name in (("intercom", "renamed"), ("rally", first.stem)):
        misplaced = found[provider][name]
        assert isinstance(misplaced, NoRecord)
        assert misplaced.code == "record-misplaced"
        assert f"{provider}/{name}.jsonl is the record of intercom/{first.stem}" in misplaced.message


@pytest.mark.parametrize(
    "line", ['{"kind": []}', '{"kind": "process", "files": 3}', "[" * 100_000, '{"kind": "state"}']
)
def test_an_odd_line_is_a_record_that_cannot_be_read(folder: Path, line: str) -> None:
    path = sorted((folder / "records" / "intercom").iterdir())[0]
    path.write_text(path.read_text().replace("\n", f"\n{line}\n", 1))
    found = read_records(folder / "records")["intercom"][path.stem]
    assert isinstance(found, NoRecord)
    assert found.code == "record-unreadable"


def test_a_text_where_a_list_belongs_is_refused(folder: Path) -> None:
    path = sorted((folder / "records" / "intercom").iterdir())[0]
    path.write_text(path.read_text().replace('"secrets": []', '"secrets": "none"', 1))
    found = read_records(folder / "records")["intercom"][path.stem]
    assert isinstance(found, NoRecord)
    assert "stands where a list belongs" in found.message


def test_an_importer_is_known_by_the_records_of_its_other_providers(folder: Path) -> None:
    shutil.copytree(folder / "records" / "intercom", folder / "records" / "rally")
    (folder / "results.json").unlink()
    books = {"intercom": register(), "rally": replace(register(), provider="rally")}
    again = judge_folder(folder, lambda provider: books[provider], [])
    found = {(one.importer, one.provider, one.decisive.finding.code) for one in again.results}
    assert found == {("good", "intercom", "ok"), ("good", "rally", "record-misplaced")}


def test_what_was_not_claimed_stays_so_when_no_record_of_it_can_be_read(tmp_path: Path) -> None:
    suite(as_callable("good", capabilities=()), tmp_path)
    shutil.copytree(tmp_path / "records", tmp_path / "records" / "other")
    document = json.loads((tmp_path / "results.json").read_text())
    document["results"] += [{**row, "importer": "other"} for row in document["results"]]
    (tmp_path / "results.json").write_text(json.dumps(document))
    for path in (tmp_path / "records" / "other").glob("*/*.jsonl"):
        path.write_text("")
    again = judge_folder(tmp_path, lambda _: register(), [])
    assert {one.requirement.id[-2:]: one.verdict.value for one in again.results if one.importer == "other"} == {
        "01": "ERROR",
        "02": "NOT APPLICABLE",
        "03": "ERROR",
    }


# ---- the folder of a check ----


def test_only_our_own_old_files_are_cleared_away(folder: Path) -> None:
    mine = folder / "records" / "intercom" / "notes.txt"
    mine.write_text("mine")
    (folder / "other.json").write_text("{}")
    clear(folder)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "other.json",
        "records/intercom/notes.txt",
    ]
    mine.unlink()
    clear(folder)
    assert not (folder / "records").exists()


def test_two_checks_do_not_share_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with taken(out), pytest.raises(UsageError, match="another run is writing to"), taken(out):
        pass
    with taken(out):
        assert out.is_dir()


def test_a_record_that_cannot_be_written_is_the_users_trouble(checked: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    record = read_record(sorted((checked / "records" / "intercom").iterdir())[0])
    with pytest.raises(CannotWriteError, match="cannot be written"):
        write_record(record, tmp_path / "file" / "intercom" / "x.jsonl")
    with pytest.raises(CannotWriteError):
        suite(as_callable("good"), tmp_path / "file")
