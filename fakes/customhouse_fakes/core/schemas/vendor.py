"""The schema files of a vendor's package: `requests.json` by operation, `answers.json` by name, and others.

Every provider binds these to its own package.
"""

from __future__ import annotations

from functools import cache

import orjson

from customhouse_fakes.core.answers import Answer

from . import Schema, load


@cache
def schema(package: str, file: str, part: str | None = None) -> Schema:
    """A schema file of a package, or one of its `$defs`; compiled once."""
    whole = load(package, file)
    return whole if part is None else Schema({**whole.document, "$ref": f"#/$defs/{part}"})


@cache
def parts(package: str, file: str) -> frozenset[str]:
    """The names of the `$defs` of a file."""
    return frozenset(schema(package, file).document["$defs"])


def request_body(package: str, operation: str) -> Schema | None:
    """The schema of an operation's request body; those without one have none, or judge it themselves."""
    return schema(package, "requests", operation) if operation in parts(package, "requests") else None


def answer_problems(package: str, name: str, answer: Answer) -> list[str]:
    """How an own answer breaks its schema: that of errors, or of a good answer by name. `nothing` has no body."""
    if not answer.body:
        return [] if name == "nothing" else ["the body is empty"]
    shape = schema(package, "answers", "error" if answer.status >= 400 else name)
    return [str(problem) for problem in shape.problems(orjson.loads(answer.body))]
