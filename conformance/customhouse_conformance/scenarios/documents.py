"""Fills the seed and fault documents of a scenario with its rows.

* A table with the key `row` becomes that row of the dataset: `{row = 3, status = "archived"}` is row 3 with a status;
  `only = ["email"]` takes just these fields of the row. Other keys win over the row's.
* `{row.3.email}` inside a string is that field of that row; `{trap}` is the URL of another origin that records
  what reaches it.
"""

import re
from typing import Any

from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.facts import Row
from customhouse_conformance.scenarios.dataset import pick

PLACEHOLDER = re.compile(r"\{(trap|row\.(\d+)\.([a-z_.]+))\}")


def fill(document: Any, rows: tuple[Row, ...], trap: str = "") -> Any:
    """The document with all references replaced; `ScenarioError` for a row or field that is not there."""
    if isinstance(document, dict):
        return _fill_table(document, rows, trap)
    if isinstance(document, list):
        return [fill(item, rows, trap) for item in document]
    if isinstance(document, str):
        return PLACEHOLDER.sub(lambda match: _text_of(match, rows, trap), document)
    return document


def _fill_table(table: dict[str, Any], rows: tuple[Row, ...], trap: str) -> dict[str, Any]:
    others = {key: fill(value, rows, trap) for key, value in table.items() if key not in ("row", "only")}
    if "row" not in table:
        return {**others, **({"only": fill(table["only"], rows, trap)} if "only" in table else {})}
    row = pick(rows, table["row"])
    chosen = {key: row[key] for key in table.get("only", row) if key in row}
    return {**chosen, **others}


def _text_of(match: re.Match[str], rows: tuple[Row, ...], trap: str) -> str:
    if match[1] == "trap":
        return trap
    value: Any = pick(rows, int(match[2]))
    for name in match[3].split("."):
        if not isinstance(value, dict) or name not in value:
            raise ScenarioError(f"row {match[2]} has no field '{match[3]}'", "name a field of the canonical row")
        value = value[name]
    return str(value)
