"""Refusals in inTandem's words, from `errors.toml`.

`refuse("not_installed", app=…)` makes the exception; texts, grades and sources are the data file's. There are two
families of envelopes (contract section 4.2) and some bodies that belong to neither.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from customhouse_fakes.core.answers import VendorError
from customhouse_fakes.core.provenance import Grade

Family = Literal["business", "platform", "raw"]


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One row of the table. Texts are format strings; `body` is that of the family `raw`."""

    status: int
    family: Family
    why: str
    grade: Grade
    source: str
    message: str = ""
    code: str = ""
    field: str = ""
    body: dict[str, Any] = dataclasses.field(default_factory=dict)

    def filled(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The body, with its `{…}` filled in."""
        if self.family == "raw":
            return self.body
        message = self.message.format(**facts)
        if self.family == "platform":
            return {"status": "Error", "error": message}
        named = {"field": self.field} if self.field else {}
        return {"success": False, "errors": [{"code": self.code.format(**facts), "message": message, **named}]}


@cache
def table() -> dict[str, ErrorText]:
    """Every refusal by id."""
    document = tomllib.loads(files(__package__).joinpath("errors.toml").read_text("utf-8"))
    return {id: ErrorText(**row) for id, row in document.items()}


def refuse(error: str, /, *, status: int | None = None, **facts: Any) -> VendorError:
    """The refusal `error`, ready to be raised. The journal shows the id with its first `_` as a dot."""
    text = table()[error]
    return VendorError(
        status or text.status,
        text.filled(facts),
        rule=error.replace("_", ".", 1),
        why=text.why.format(**facts),
    )


def family_of(path: str) -> Family:
    """In which envelope a path is refused (contract section 4.2)."""
    return "platform" if path.lstrip("/").startswith(("platform/", "oauth/", "app/")) else "business"
