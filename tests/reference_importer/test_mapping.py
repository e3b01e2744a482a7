"""From source records to rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference_importer.common import values as cells
from reference_importer.common.columns import ColumnMap
from reference_importer.common.errors import RowError, SourceError, UsageError
from reference_importer.common.sources import Record
from reference_importer.intercom import values
from reference_importer.intercom.attributes import used_type
from reference_importer.intercom.mapping import Mapper


def mapper(*maps: str) -> Mapper:
    return Mapper(ColumnMap.read(maps, None))


def test_canonical_columns_dotted_and_nested() -> None:
    it = mapper()
    nested = {"external_id": "u1", "role": "lead", "custom_attributes": {"plan": "pro", "seats": 3}, "company_id": "9"}
    row = it.map(Record(2, nested))
    assert (row.role, row.external_id, row.key) == ("lead", "u1", "x:u1")
    assert row.payload == {"external_id": "u1", "custom_attributes": {"plan": "pro", "seats": 3}}
    assert it.map(Record(3, {"external_id": "u1", "custom_attributes.plan": "x"})).payload["custom_attributes"] == {
        "plan": "x"
    }
    assert it.ignored == ["company_id"]


def test_an_id_is_no_external_id_unless_the_user_says_so() -> None:
    it = mapper()
    assert it.map(Record(1, {"id": 5, "email": "a@b.c"})).external_id is None
    assert it.ignored == ["id"]
    assert mapper("id=external_id").map(Record(1, {"id": 14637613035933})).external_id == "14637613035933"


def test_a_mapped_column_takes_the_place_of_the_canonical_one() -> None:
    it = mapper("id=external_id")
    assert it.map(Record(1, {"external_id": "old", "id": "new"})).external_id == "new"
    assert it.ignored == ["external_id"]


@pytest.mark.parametrize("text", ["007", "  padded ", "Zoë", "Zoe\u0308", "a\nb", '"q"', "\u200b", "=1+1"])
def test_text_is_never_changed(text: str) -> None:
    row = mapper().map(Record(1, {"external_id": text, "email": text, "name": text, "custom_attributes": {"a": text}}))
    assert row.payload == {"external_id": text, "email": text, "name": text, "custom_attributes": {"a": text}}


KEYS = [
    ({"external_id": "a", "email": "x@y.z"}, {"external_id": "a", "email": "other@y.z"}, True),
    ({"external_id": "a"}, {"external_id": "A"}, False),
    ({"external_id": "007"}, {"external_id": "7"}, False),
    ({"email": " Ann@X.org"}, {"email": "ann@x.org "}, True),
    ({"email": "ann@x.org"}, {"email": "anna@x.org"}, False),
    ({"role": "lead", "email": "a@x.org", "name": "A"}, {"role": "lead", "email": "a@x.org", "name": "B"}, False),
    ({"role": "lead", "email": "a@x.org", "name": "A"}, {"role": "lead", "name": "A", "email": "a@x.org"}, True),
    ({"name": "nobody"}, {"name": "nobody"}, False),
]


@pytest.mark.parametrize(("one", "other", "same"), KEYS)
def test_what_makes_two_rows_the_same_contact(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    it = mapper()
    assert (it.map(Record(1, one)).key == it.map(Record(2, other)).key) is same


@pytest.mark.parametrize(
    ("values_", "code"),
    [
        ({"name": "nobody"}, "no_identity"),
        ({"email": "   "}, "no_identity"),
        ({"email": "a@b.c", "role": "contact"}, "unknown_role"),
        ({"email": "a@b.c", "name": True}, "wrong_type"),
        ({"email": "a@b.c", "custom_attributes": {"tags": ["a"]}}, "wrong_type"),
    ],
)
def test_unusable_rows_are_marked(values_: dict[str, Any], code: str) -> None:
    rejected = mapper().map(Record(1, values_)).rejected
    assert rejected is not None
    assert rejected[0] == code


def test_empty_identities_are_none_at_all() -> None:
    row = mapper().map(Record(1, {"external_id": "", "email": "a@b.c", "name": ""}))
    assert row.payload == {"external_id": None, "email": "a@b.c", "name": ""}
    assert row.key == "e:a@b.c"


@pytest.mark.parametrize("name", ["a.b", "a$b"])
def test_impossible_attribute_names_are_refused(name: str) -> None:
    with pytest.raises(SourceError, match="--map"):
        mapper().map(Record(4, {"email": "a@b.c", "custom_attributes": {name: 1}}))


def test_types_of_attributes_are_gathered() -> None:
    it = mapper("Seats=custom_attributes.seats:integer")
    it.map(Record(2, {"email": "a@b.c", "Seats": "12", "custom_attributes.a": 1, "custom_attributes.b": "x"}))
    row = it.map(Record(3, {"email": "b@b.c", "custom_attributes.a": 1.5, "custom_attributes.b": 2}))
    assert {name: used_type(use) for name, use in it.attributes.items()} == {
        "seats": "integer",
        "a": "float",
        "b": "string",
    }
    assert row.payload["custom_attributes"] == {"a": 1.5, "b": 2}
    assert it.attributes["seats"].line == 2


def test_a_source_that_identifies_nobody_is_refused() -> None:
    with pytest.raises(SourceError, match="--map id=external_id"):
        mapper().check(["id", "name"])
    it = mapper()
    it.map(Record(1, {"id": 1, "role": "lead"}))
    with pytest.raises(SourceError, match="identifies"):
        it.finish()


def test_a_mapping_of_nothing_is_refused() -> None:
    with pytest.raises(SourceError, match="no column 'Id'"):
        mapper("Id=external_id").check(["id", "email"])
    with pytest.raises(SourceError, match="no such field"):
        mapper("id=user_id").check(["id", "email"])


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (1_700_000_000, 1_700_000_000),
        ("1700000000", 1_700_000_000),
        (1_700_000_000_123, 1_700_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14 22:13:20", 1_700_000_000),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000),
        (1_700_000_000.0, 1_700_000_000),
        ("yesterday", "yesterday"),
        (True, True),
    ],
)
def test_seconds(given: object, seconds: object) -> None:
    assert values.seconds(given) == seconds
    assert type(values.seconds(given)) is type(seconds)


def test_other_values() -> None:
    assert cells.text(7.0) == "7"
    assert cells.text(7.5) == "7.5"
    assert cells.integer("0042") == 42
    assert cells.integer("4 2") == "4 2"
    assert cells.number("1e3") == 1000.0
    assert cells.boolean("TRUE") is True
    assert cells.boolean("yes") == "yes"
    assert values.role(" Lead ") == "lead"
    assert cells.written(True) == "true"
    with pytest.raises(RowError):
        cells.text(["a"])


def test_mapping_files(tmp_path: Path) -> None:
    toml = tmp_path / "m.toml"
    toml.write_text('[columns]\nid = "external_id"\n[types]\nseats = "integer"\n')
    read = ColumnMap.read(["Plan=custom_attributes.plan"], toml)
    assert read.targets == {"id": "external_id", "Plan": "custom_attributes.plan"}
    assert read.types == {"seats": "integer"}
    as_json = tmp_path / "m.json"
    as_json.write_text('{"columns": {"id": "external_id"}}')
    assert ColumnMap.read([], as_json).targets == {"id": "external_id"}


@pytest.mark.parametrize("content", ["columns = 1", "[column]\n", "nonsense", "[types]\na = 'text'"])
def test_a_mapping_file_that_makes_no_sense_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "m.toml"
    file.write_text(content)
    with pytest.raises(UsageError):
        ColumnMap.read([], file)


@pytest.mark.parametrize("options", [["id"], ["=email"], ["a=email", "b=email"], ["a=custom_attributes.x:text"]])
def test_a_map_that_makes_no_sense_is_refused(options: list[str]) -> None:
    with pytest.raises(UsageError):
        ColumnMap.read(options, None)
