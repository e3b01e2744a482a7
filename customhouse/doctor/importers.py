"""Checks of the manifest: what is wrong in it, all at once, and whether what it starts is there."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.machinery import PathFinder
from pathlib import Path

from customhouse.doctor.findings import Finding, note, ok, problem
from customhouse.doctor.probes import Probes
from customhouse_conformance.adapters import CallableAdapter, CommandAdapter
from customhouse_conformance.adapters.placeholders import expand, placeholders
from customhouse_conformance.gaps import OVER, utc_today
from customhouse_conformance.manifest.file import FILE_NAME, find_manifest, load_manifest
from customhouse_conformance.manifest.problems import Survey, survey
from customhouse_conformance.manifest.spec import ImporterSpec

#: A path beside the manifest, within a word of a command.
BESIDE = re.compile(r"\{here\}(/[^\s{}=,:;]+)")


@dataclass(frozen=True)
class Asked:
    """What the user named: a manifest, an importer."""

    manifest: Path | None
    importer: str | None


def check_importers(asked: Asked, probes: Probes, today: date | None = None) -> Iterator[Finding]:
    """Look at the manifest and at its importers; `ManifestError` for an importer that nobody lists."""
    path = asked.manifest or find_manifest(Path.cwd())
    found = survey(path) if path else Survey((), (), ())
    if path is None:
        yield note("manifest", f"no {FILE_NAME} here or above: only `reference` can be checked", f"write a {FILE_NAME}")
    elif not found.names and not found.problems:
        yield note("manifest", f"{path} lists no importer: only `reference` can be checked", "list yours in it")
    elif not found.problems:
        yield ok("manifest", f"{path} lists {', '.join(found.names)}")
    for wrong in found.problems:
        yield problem("manifest", wrong.what, wrong.mend)
    for spec in _chosen(asked, found):
        yield from _look_at(spec, probes, today or utc_today())


def _chosen(asked: Asked, found: Survey) -> Sequence[ImporterSpec]:
    """The importers that were asked about, as far as they can be read: all of the manifest, or one, even a built-in."""
    mine = [spec for spec in found.specs if asked.importer in (None, spec.name)]
    if mine or asked.importer is None or found.problems:
        return mine
    return load_manifest(asked.manifest).find(asked.importer)


def _look_at(spec: ImporterSpec, probes: Probes, today: date) -> Iterator[Finding]:
    what = f"{spec.name} ({spec.provider})"
    match spec.adapter:
        case CommandAdapter() as adapter:
            yield from _command(what, adapter, spec, probes)
        case CallableAdapter() as adapter:
            yield _callable(what, adapter)
    for gap in spec.gaps:
        if gap.is_over(today):
            yield problem(what, f"the gap '{gap.pattern}' expired on {gap.expires}, so it is red", OVER)


def _command(what: str, adapter: CommandAdapter, spec: ImporterSpec, probes: Probes) -> Iterator[Finding]:
    """Whether the program is on PATH, and the files beside the manifest are there."""
    values = {"python": sys.executable, "here": str(adapter.here)}
    program, *words = adapter.command
    name = expand(program, values)
    path = expand(spec.env.get("PATH", os.environ.get("PATH", os.defpath)), values)
    if next(placeholders(name), None) is not None:
        yield note(what, f"'{program}' is known only when it is started")
    elif found := probes.which(name, path):
        yield ok(what, f"is started with {found}")
    elif Path(name).is_file():
        yield problem(what, f"'{name}' is not executable", "chmod +x it, or name its interpreter in the command")
    else:
        mend = "install it, or give its whole path; beside the manifest that is {here}/name"
        yield problem(what, f"'{name}' is no program on PATH", mend)
    for place, word in enumerate(words):
        for missing in _missing(word, adapter.here):
            yield _absent(what, missing, script=place == 0 and word == f"{{here}}{missing}")


def _missing(word: str, here: Path) -> list[str]:
    return [name for name in BESIDE.findall(word) if not (here / name.lstrip("/")).exists()]


def _absent(what: str, name: str, *, script: bool) -> Finding:
    says = f"{{here}}{name} is not there"
    if script:
        return problem(what, says, "build it, or mend its name in the manifest")
    return note(what, says, "fine if the importer makes it itself")


def _callable(what: str, adapter: CallableAdapter) -> Finding:
    """Whether the module is there; nothing is imported, so that nobody knows of the function in it."""
    module = adapter.target.partition(":")[0]
    if absent := _absent_module(module, adapter.here):
        return problem(what, f"there is no Python module '{absent}'", "install it here, or put it beside the manifest")
    return ok(what, f"calls {adapter.target}")


def _absent_module(module: str, here: Path | None) -> str | None:
    """The name up to the first part that is not there."""
    places: Sequence[str] | None = [str(here), *sys.path]
    names = module.split(".")
    for number, name in enumerate(names, 1):
        found = None if places is None else PathFinder.find_spec(name, places)
        if found is None:
            return ".".join(names[:number])
        places = found.submodule_search_locations
    return None
