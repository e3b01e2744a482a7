"""What every operation with a body does first: read it, and say what is wrong with it."""

from __future__ import annotations

from typing import Any

import orjson

from customhouse_fakes.core.call import Call
from customhouse_fakes.core.schemas import Schema
from customhouse_fakes.rally.errors import item, refuse, refuse_each

#: A refusal names so many problems; a thousand people can have very many.
NAMED = 20


def read_body(call: Call, schema: Schema) -> Any:
    """The JSON of a body; raises the 400 of the whole request, with the path of every problem (section 3.4)."""
    try:
        document = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise refuse("body_malformed", problem="is no JSON" if call.body else "is missing") from error
    problems = schema.first_problems(document, NAMED)
    if problems:
        found = [
            item("body_invalid", path=problem.where.split("/") if problem.where else (), problem=problem.message[:500])
            for problem in problems
        ]
        raise refuse_each("body_invalid", found, problem=found[0]["message"])
    return document
