from importlib.resources import files
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customhouse_fakes.core.schemas import Schema, load

SCHEMA = Schema(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 5},
            "count": {"type": "integer", "minimum": 0},
            "kind": {"enum": ["a", "b", None]},
            "items": {"type": "array", "items": {"type": ["number", "boolean"]}, "maxItems": 2},
        },
    }
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
documents = st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "count", "kind", "items", "other"), values))


@given(documents | values)
def test_the_fast_validator_agrees_with_the_authority(document: Any) -> None:
    valid = jsonschema.Draft202012Validator(SCHEMA.document).is_valid(document)
    assert SCHEMA.accepts(document) == valid
    assert (SCHEMA.problems(document) == []) == valid


def test_problems_say_where_and_what() -> None:
    problems = [str(problem) for problem in SCHEMA.problems({"name": "", "items": [1, "x"]})]
    assert problems == ["name: '' should be non-empty", "items/1: 'x' is not of type 'number', 'boolean'"]


def test_schema_files_of_the_core_are_schemas() -> None:
    assert load("customhouse_fakes.core.schemas", "faults").accepts({"faults": []})
    assert load("customhouse_fakes.core.schemas", "sandbox").accepts({"provider": "toy"})


@pytest.mark.parametrize("package", ["customhouse_fakes.core.schemas", "customhouse_fakes.intercom.schemas"])
def test_the_authority_accepts_every_schema_file(package: str) -> None:
    found = [file for file in files(package).iterdir() if file.name.endswith(".json")]
    assert found
    for file in found:
        jsonschema.Draft202012Validator.check_schema(orjson.loads(file.read_bytes()))
