"""Refusals in Rally's words, from `errors.toml`.

`refuse("import_unknown_property", path=…, id=…)` makes the exception; texts, grades and sources are the data file's.
There is one envelope, `{"errors": [{"message", "path"}]}` (contract section 3.4).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.provenance import Grade

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One row of the table. `message` and `why` are format strings."""

    status: int
    message: str
    why: str
    grade: Grade
    source: str


@cache
def table() -> dict[str, ErrorText]:
    """Every refusal by id."""
    document = tomllib.loads(files(__package__).joinpath("errors.toml").read_text("utf-8"))
    return {id: ErrorText(**row) for id, row in document.items()}


def refuse(error: str, /, *, path: Iterable[str] = (), status: int | None = None, **facts: Any) -> VendorError:
    """The refusal `error`, ready to be raised. The journal shows the id with its first `_` as a dot."""
    return refuse_each(error, [item(error, path=path, **facts)], status=status, **facts)


def refuse_each(error: str, /, items: list[Json], *, status: int | None = None, **facts: Any) -> VendorError:
    """One refusal for several items of `{"message", "path"}`."""
    text = table()[error]
    return VendorError(
        status or text.status, {"errors": items}, rule=error.replace("_", ".", 1), why=text.why.format(**facts)
    )


def item(error: str, /, *, path: Iterable[str] = (), **facts: Any) -> Json:
    """One `{"message", "path"}`, as a 400 holds them and as partial success lists them."""
    return {"message": table()[error].message.format(**facts), "path": list(path)}
