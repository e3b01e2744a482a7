"""Records: views, and the file that holds them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_conformance.endings import how_it_ended
from customhouse_conformance.errors import (
    RecordCountError,
    RecordError,
    RecordSchemaError,
    RecordTruncatedError,
)
from customhouse_conformance.facts import (
    ENDINGS,
    Exchange,
    Header,
    Process,
    Request,
    Response,
    Secret,
    Served,
    Source,
    State,
    Stray,
    Visit,
)
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import dump_lines, parse_lines, read_record, write_record

from .records import exchange, process, record

texts = st.text(max_size=20)
numbers = st.integers(0, 10_000)
values = st.none() | st.booleans() | numbers | texts
rows = st.dictionaries(texts, values | st.lists(values, max_size=3) | st.dictionaries(texts, values), max_size=4)
headers = st.dictionaries(texts, texts, max_size=3)
floats = st.floats(allow_nan=False, allow_infinity=False)


def tuples(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


exchanges = st.builds(
    Exchange,
    n=numbers,
    at=floats,
    took_ms=floats,
    method=texts,
    path=texts,
    query=texts,
    operation=st.none() | texts,
    request=st.builds(Request, headers=headers, body=texts, body_bytes=numbers),
    auth=st.sampled_from(["ok", "missing", "unknown"]),
    credential=st.none() | texts,
    status=st.none() | numbers,
    response=st.builds(Response, headers=headers, body=texts),
    delivery=texts,
    committed=st.booleans(),
    refused_by=st.none() | texts,
    why=st.none() | texts,
    faults=tuples(texts),
    limit=st.none() | rows,
)
records = st.builds(
    Record,
    header=st.builds(
        Header,
        suite=texts,
        importer=texts,
        provider=texts,
        scenario=texts,
        seed=numbers,
        capabilities=st.none() | tuples(texts),
        source=st.builds(Source, format=texts, root=st.none() | texts, fields=headers, rows=tuples(rows)),
        command=texts,
        plan=texts,
        profile=rows,
        limits=rows,
        faults=rows,
        schema=st.just(1),
    ),
    processes=tuples(
        st.builds(
            Process,
            n=numbers,
            label=texts,
            exit_code=st.none() | numbers,
            ended_by=st.sampled_from(ENDINGS),
            duration_s=floats,
            stdout=texts,
            stderr=texts,
            files=headers,
            secrets=tuples(st.builds(Secret, where=texts, what=texts)),
            first_exchange=st.none() | numbers,
            last_exchange=st.none() | numbers,
            start_error=st.none() | texts,
        )
    ),
    exchanges=tuples(exchanges),
    states=tuples(st.builds(State, moment=texts, objects=tuples(rows))),
    served=st.builds(
        Served,
        faults=st.dictionaries(texts, numbers),
        throttled=numbers,
        journal_complete=st.booleans(),
        diagnostics=tuples(texts),
    ),
    strays=tuples(
        st.builds(
            Stray,
            where=texts,
            method=texts,
            path=texts,
            carried_token=st.booleans(),
            status=st.none() | numbers,
            auth=st.none() | texts,
        )
    ),
)


@given(records)
def test_what_is_written_is_what_is_read(one: Record) -> None:
    assert parse_lines(dump_lines(one)) == one


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "intercom" / "plain.jsonl"
    write_record(record(), path)
    assert read_record(path) == record()
    assert [file.name for file in path.parent.iterdir()] == ["plain.jsonl"]


def test_a_record_without_its_end_is_refused() -> None:
    lines = list(dump_lines(record()))
    with pytest.raises(RecordTruncatedError, match="no footer"):
        parse_lines(lines[:-1])
    with pytest.raises(RecordTruncatedError, match="line 2 is cut"):
        parse_lines([lines[0], lines[1][:20]])


def test_a_record_that_lost_a_line_is_refused() -> None:
    lines = list(dump_lines(record()))
    with pytest.raises(RecordCountError, match="counts 6 items, the file holds 5"):
        parse_lines(lines[:2] + lines[3:])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema 2"),
        ({"kind": "riddle"}, "unknown kind 'riddle'"),
        ({"source": None}, "Source is not an object"),
    ],
)
def test_a_record_of_another_shape_is_refused(change: dict[str, Any], message: str) -> None:
    lines = list(dump_lines(record()))
    lines[0] = json.dumps({**json.loads(lines[0]), **change})
    with pytest.raises(RecordSchemaError, match=message):
        parse_lines(lines)


def test_a_missing_field_is_named_and_an_unknown_one_ignored() -> None:
    lines = list(dump_lines(record()))
    data = json.loads(lines[1])
    lines[1] = json.dumps({**data, "colour": "blue"})
    assert parse_lines(lines) == record()
    del data["exit_code"]
    lines[1] = json.dumps(data)
    with pytest.raises(RecordSchemaError, match="Process lacks 'exit_code'"):
        parse_lines(lines)


def test_header_first_and_one_served() -> None:
    lines = list(dump_lines(record()))
    with pytest.raises(RecordSchemaError, match="does not begin with its header"):
        parse_lines([*lines[1:-1], lines[0], lines[-1]])
    footer = json.dumps({"kind": "footer", "items": 5})
    with pytest.raises(RecordSchemaError, match="0 'served' items"):
        parse_lines([line for line in lines[:-1] if '"kind": "served"' not in line] + [footer])


def test_a_file_that_is_no_text_is_an_error_of_records(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordError, match=r"x\.jsonl"):
        read_record(path)


def test_views() -> None:
    one = record(
        processes=(
            process(label="first", files={"report.txt": "done"}, ended_by="time-ceiling"),
            process(n=2, label="second", first_exchange=2, last_exchange=3, stderr="oops"),
            process(n=3, label="idle", first_exchange=None, last_exchange=None),
        ),
        exchanges=(
            exchange(1),
            exchange(2, operation="contacts.search", path="/contacts/search", faults=("F1",)),
            exchange(3, operation="tags.list", method="GET", query="page=1&page=2&q="),
        ),
    )
    first, second, idle = one.processes
    assert [row.n for row in one.operation("contacts.*")] == [1, 2]
    assert [row.n for row in one.operation("*", second)] == [2, 3]
    assert [row.n for row in one.during(idle)] == []
    assert [row.n for row in one.writes()] == [1]
    assert [row.n for row in one.with_fault("F1")] == [2]
    assert one.exchanges[2].arguments == {"page": "2", "q": ""}
    assert one.exchanges[0].request.json() == {"external_id": "1"}
    assert exchange(body="{").request.json() is None
    assert one.process("second") is second
    assert one.process("third") is None
    assert one.last_process is idle
    assert one.ended_by_ceiling is first
    assert "done" in one.text()
    assert "oops" in one.text()
    assert one.objects("contact")[0]["name"] == "Ada"
    assert one.objects("contact", "before") == one.objects("tag") == one.between == ()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"exit_code": 3, "stderr": "a\nb\n"}, "exit code 3 after 0.1 s, last said: b"),
        ({"exit_code": -15, "ended_by": "stopped", "stdout": ""}, "stopped by TERM after 0.1 s, said nothing"),
        ({"exit_code": 0, "ended_by": "stopped", "stdout": "bye"}, "stopped, exit code 0 after 0.1 s, last said: bye"),
        (
            {"exit_code": -9, "ended_by": "time-ceiling", "stdout": ""},
            "stopped (time-ceiling) after 0.1 s",
        ),
        (
            {"stdout": "", "visits": (Visit("report", "x", 1, 200, '{"failed":\n 3}', 1.0),)},
            'exit code 0 after 0.1 s, printed nothing; its report page (200) said: {"failed": 3}',
        ),
        (
            {"stdout": "", "visits": (Visit("knock", "x", 1, 200, "secret", 1.0),)},
            "exit code 0 after 0.1 s, said nothing",
        ),
    ],
)
def test_how_a_run_ended_in_words(facts: dict[str, Any], told: str) -> None:
    assert how_it_ended(process(**facts)).startswith(f"first run: {told}")
