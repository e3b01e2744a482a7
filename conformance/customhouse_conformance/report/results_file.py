"""Reads a `results.json` again, of this version of the suite or another one.

Only what is needed of it is checked (`results.read.schema.json`), so that a field more or less does not matter.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from customhouse_conformance.comparison import Key, Stand
from customhouse_conformance.errors import UsageError
from customhouse_conformance.gaps import Gap
from customhouse_conformance.report.json_report import SCHEMA
from customhouse_fakes.core.schemas import Schema


def read_results(path: Path, mend: str) -> dict[str, Any]:
    """The document, empty if there is none; `UsageError` with what to do if it cannot be used."""
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as JSON: {error}", mend) from None
    problems = _other_schema(data) or _reading_schema().problems(data) or _no_days(data)
    if problems:
        raise UsageError(f"{path} is none that `customhouse check --out` wrote: {problems[0]}", mend)
    return data


def stands(document: dict[str, Any]) -> dict[Key, Stand]:
    """The verdicts of a document by importer, provider and requirement."""
    return {_key(row): Stand.from_json(row) for row in document.get("results", [])}


def first_stands(document: dict[str, Any]) -> dict[Key, Stand]:
    """The same as they were when the importer was run, however often they were judged again since."""
    found = stands(document)
    for row in document.get("suite_changes", []):
        if row["before"]:
            found[_key(row)] = Stand.from_json(row["before"])
        else:
            found.pop(_key(row), None)
    return found


def _key(row: dict[str, Any]) -> Key:
    return Key(row["importer"], row["provider"], row["requirement"])


def _other_schema(data: object) -> list[str]:
    """In words: this is what the file of another major version looks like."""
    given = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(given, int) or given == SCHEMA:
        return []
    return [f"it has schema {given}, and customhouse of this version reads schema {SCHEMA}; use the one that wrote it"]


def _no_days(data: dict[str, Any]) -> list[str]:
    """What looks like a day and is none: patterns do not know February."""
    try:
        for row in data["results"]:
            if row.get("gap"):
                Gap.from_json(row["gap"])
    except ValueError as error:
        return [f"results/gap/expires: {error}"]
    return []


def _reading_schema() -> Schema:
    return Schema(json.loads(resources.files(__package__).joinpath("results.read.schema.json").read_text("utf-8")))
