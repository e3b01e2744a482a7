"""JSON Schema files of the core, and the pair of validators that every schema gets.

`jsonschema` is the authority: it checks the schema files and explains what is wrong. `jsonschema-rs` answers
"valid?" on the hot path, some 180 times faster; only its "no" goes to `jsonschema` for words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson


@dataclass(slots=True, frozen=True)
class Problem:
    """One way in which a document breaks its schema. `where` is a path such as `faults/0/status`."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where or 'the document'}: {self.message}"


class Schema:
    """A draft 2020-12 schema; raises `jsonschema_rs.ValidationError` if it is none."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._fast = jsonschema_rs.Draft202012Validator(document)

    @cached_property
    def _words(self) -> Any:
        """Made when words are first wanted: importing it and checking every schema would double the time to start."""
        authority = import_module("jsonschema").Draft202012Validator
        authority.check_schema(self.document)
        return authority(self.document)

    def accepts(self, instance: object) -> bool:
        return self._fast.is_valid(instance)

    def problems(self, instance: object) -> list[Problem]:
        """Empty when valid; otherwise every violation in `jsonschema`'s words, shallow ones first."""
        if self._fast.is_valid(instance):
            return []
        errors = sorted(self._words.iter_errors(instance), key=lambda error: len(error.absolute_path))
        found = [Problem("/".join(map(str, error.absolute_path)), error.message) for error in errors]
        # The two differ in corners of regular expressions; the stricter one has its way.
        return found or [Problem("", "is not what its schema asks for")]

    def first_problems(self, instance: object, most: int) -> list[Problem]:
        """At most so many violations, in the fast validator's words: of a thousand records, the authority takes a
        second to say what is wrong with one."""
        errors = islice(self._fast.iter_errors(instance), most)
        return [Problem("/".join(map(str, error.instance_path)), error.message) for error in errors]


def load(package: str, name: str) -> Schema:
    """The schema file `name` (without `.json`) inside an import package."""
    return Schema(orjson.loads(files(package).joinpath(f"{name}.json").read_bytes()))
