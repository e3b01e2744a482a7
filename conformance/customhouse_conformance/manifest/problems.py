"""All that is wrong with a manifest at once, where `load_manifest` ends with the first.

What can be read on its own is: every importer, of each table every key, and of its `gaps` every one. Of a key the first
thing is told. Where nobody knows for which provider a table is, only its `gaps`, its `source` and its `env` are read.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from customhouse_conformance.errors import ManifestError
from customhouse_conformance.gaps import Gap, read_gaps, refuse_misfits
from customhouse_conformance.manifest.entry import read_entry
from customhouse_conformance.manifest.file import read_manifest, read_text
from customhouse_conformance.manifest.source import read_source
from customhouse_conformance.manifest.spec import ImporterSpec
from customhouse_conformance.manifest.texts import read_env
from customhouse_conformance.register_tables import load_register
from customhouse_conformance.scenarios import PULLING
from customhouse_conformance.tables import Table
from customhouse_fakes import PROVIDERS

#: Keys that say how an importer is started; they depend on each other.
STARTING = ("provider", "command", "serve", "callable")

#: What must reach an importer.
REACHING = "{base_url} {token} {source}"


@dataclass(frozen=True)
class Survey:
    """Importers that can be used, all that are named, and what is wrong."""

    specs: tuple[ImporterSpec, ...]
    names: tuple[str, ...]
    problems: tuple[ManifestError, ...]


def survey(path: Path) -> Survey:
    """Read a manifest as far as it can be read."""
    where, here = str(path), path.resolve().parent
    try:
        text = read_text(path)
        data = tomllib.loads(text)
    except ManifestError as error:
        return Survey((), (), (error,))
    except (ValueError, RecursionError):  # as `read_manifest` says it
        return Survey((), (), tuple(_refusals(partial(read_manifest, text, where, here))))
    entries = data.get("importers")
    specs: list[ImporterSpec] = []
    problems: list[ManifestError] = []
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        found = _of_entry(name, entry, where, here)
        problems += found
        specs += [] if found else read_entry(name, entry, where, here)
    said = {str(problem) for problem in problems}
    problems += [one for one in _refusals(partial(read_manifest, text, where, here)) if str(one) not in said]
    return Survey(tuple(specs), tuple(entries) if isinstance(entries, dict) else (), tuple(problems))


def _of_entry(name: str, entry: Any, where: str, here: Path) -> list[ManifestError]:
    tables = [table for table in (entry if isinstance(entry, list) else [entry]) if isinstance(table, dict)]
    found = [problem for table in tables for problem in _of_table(name, table, where, here)]
    return found or _refusals(partial(read_entry, name, entry, where, here))


def _of_table(name: str, table: Mapping[str, Any], where: str, here: Path) -> Iterator[ManifestError]:
    """The parts first, then key by key, then the rest without all that is wrong."""
    place, rest = f"{where}: importers.{name}", dict(table)
    for pattern, problem in _of_gaps(table.get("gaps"), place):
        yield problem
        rest["gaps"] = {kept: gap for kept, gap in rest["gaps"].items() if kept != pattern}
    provider = next((name for name in PROVIDERS if name == table.get("provider")), None)
    if wrong := _of_part("source", partial(read_source, provider=provider), table, place):
        yield from wrong
        rest["source"] = {"path": "source"}
    if wrong := _of_part("env", read_env, table, place):
        yield from wrong
        rest.pop("env")
    for key, problem in _of_keys(name, dict(rest), where, here):
        yield problem
        rest.pop(key)
    if "env" in table and "env" not in rest:  # nobody can tell what would have reached the importer by it
        rest["env"] = {"ALL": REACHING + (" {port}" if rest.get("provider") in PULLING else "")}
    try:
        (spec,) = read_entry(name, rest, where, here)
    except ManifestError as error:
        yield error
    else:
        yield from _misfits(spec)


def _of_gaps(gaps: object, place: str) -> Iterator[tuple[str, ManifestError]]:
    """Gaps that cannot be read, by pattern."""
    for pattern, gap in gaps.items() if isinstance(gaps, dict) else ():
        for problem in _refusals(partial(read_gaps, Table({pattern: gap}, f"{place}.gaps", ManifestError))):
            yield pattern, problem


def _of_keys(name: str, table: Mapping[str, Any], where: str, here: Path) -> Iterator[tuple[str, ManifestError]]:
    """Keys that are refused even in a table where nothing else can be wrong."""
    provider = table.get("provider")
    for key in table if provider in PROVIDERS else ():
        if key not in STARTING:
            entry = {"provider": provider, "callable": "anything:at_all", key: table[key]}
            for problem in _refusals(partial(read_entry, name, entry, where, here)):
                yield key, problem


def _of_part(key: str, read: Callable[[Table], object], table: Mapping[str, Any], place: str) -> list[ManifestError]:
    return _refusals(lambda: read(Table(table, place, ManifestError).table(key)))


def _misfits(spec: ImporterSpec) -> list[ManifestError]:
    register = load_register(spec.provider)

    def refusals(*gaps: Gap) -> list[ManifestError]:
        return _refusals(partial(refuse_misfits, gaps, spec.name, register))

    return [problem for gap in spec.gaps for problem in refusals(gap)] or refusals(*spec.gaps)


def _refusals(read: Callable[[], object]) -> list[ManifestError]:
    """What a reader refuses: nothing, or one thing."""
    try:
        read()
    except ManifestError as error:
        return [error]
    return []
