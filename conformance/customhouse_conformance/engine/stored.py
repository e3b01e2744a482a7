"""Judges stored records again: the same pure judgement, without an importer and without fakes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.suite import Outcome, Records, Stream, judge_all
from customhouse_conformance.errors import RecordError, UsageError
from customhouse_conformance.events import SuiteStarted, View
from customhouse_conformance.gaps import Gap, Kind, refuse_misfits, utc_today
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import read_record
from customhouse_conformance.register import Register
from customhouse_conformance.report.json_report import schema
from customhouse_conformance.results import Repeat, Result
from customhouse_conformance.smallest import Smallest
from customhouse_conformance.verdicts import NoRecord
from customhouse_fakes.core.clock import monotonic
from customhouse_fakes.core.schemas import Schema

#: (manifest that the run was given or None, importer, provider) → its gaps today; None if no manifest tells of it.
Declared = Callable[[str | None, str, str], tuple[Gap, ...] | None]


def judge_folder(
    folder: Path,
    load: Callable[[str], Register],
    views: Sequence[View],
    declared: Declared = lambda *_: None,
    today: date | None = None,
) -> Outcome:
    """Judge `folder/records` again. What was selected then is taken from `folder/results.json` if it is there.

    Gaps are those of the manifest, or of the run if the manifest no longer tells of the importer. What was skipped
    then stays skipped, for lack of a record.
    """
    began = monotonic()
    records = [part for place in parts(folder / "records") for part in read_records(place).items()]
    summary = _summary(folder / "results.json")
    rows = summary.get("results", [])
    chosen = {(row["provider"], row["requirement"]) for row in rows}
    judged = [(_selection(load(provider), found, chosen), found) for provider, found in records]
    manifest = summary.get("run", {}).get("manifest")
    judged = [(_with_gaps(one, rows, declared(manifest, one.importer, one.provider)), found) for one, found in judged]
    # In the order of the run, as far as it is known.
    order = list(dict.fromkeys((row["importer"], row["provider"]) for row in rows))
    places = {pair: place for place, pair in enumerate(order)}
    judged.sort(key=lambda one: places.get((one[0].importer, one[0].provider), len(places)))
    selections = [selection for selection, _ in judged]
    run = summary.get("run", {})
    stream = Stream(views)
    stream.emit(_started(selections, run))
    repeat = Repeat(int(run.get("seed", 0)), run.get("manifest"))
    return judge_all(
        selections, [found for _, found in judged], repeat, stream, began, today or utc_today(), _shrunk(rows)
    )


def parts(records: Path) -> list[Path]:
    """Folders that hold the records of one importer by provider: this one, or several in it, one for each importer."""
    several = sorted({path.parents[1] for path in records.glob("*/*/*.jsonl")})
    return [*([records] if any(records.glob("*/*.jsonl")) else []), *several] or [records]


def read_records(folder: Path) -> dict[str, Records]:
    """Records by provider and scenario; one that cannot be trusted stands as `NoRecord`. `UsageError` if none."""
    found: dict[str, Records] = {}
    for path in sorted(folder.glob("*/*.jsonl")):
        found.setdefault(path.parent.name, {})[path.stem] = _read(path)
    if not any(isinstance(record, Record) for group in found.values() for record in group.values()):
        raise UsageError(f"{folder} holds no readable record", "give the folder that `customhouse check --out` wrote")
    return found


def _read(path: Path) -> Record | NoRecord:
    try:
        record = read_record(path)
    except RecordError as error:
        return NoRecord("record-unreadable", error.what)
    told = (record.header.provider, record.header.scenario)
    if told != (path.parent.name, path.stem):
        return NoRecord(
            "record-misplaced", f"{path.parent.name}/{path.name} is the record of {'/'.join(map(str, told))}"
        )
    return record


def _selection(register: Register, records: Records, chosen: set[tuple[str, str]]) -> Selection:
    header = next((record.header for record in records.values() if isinstance(record, Record)), None)
    rows = tuple(
        row
        for row in register.requirements
        if (register.provider, row.id) in chosen or (not chosen and any(name in records for name in row.scenarios))
    )
    return Selection(header.importer if header else "?", header.capabilities if header else None, register, rows)


def _with_gaps(selection: Selection, rows: Sequence[dict[str, Any]], declared: tuple[Gap, ...] | None) -> Selection:
    """With the gaps declared today, or those of the run; its skips stay, since there is no record of them."""
    whose = (selection.importer, selection.provider)
    refuse_misfits(declared or (), *whose, [row.id for row in selection.register.requirements])
    mine = [row for row in rows if (row["importer"], row["provider"]) == whose and row.get("gap")]
    then = {row["requirement"]: Gap.from_json(row["gap"]) for row in mine}
    if declared is None:
        return replace(selection, gaps=tuple(dict.fromkeys(then.values())))
    skipped = {id: gap for id, gap in then.items() if gap.kind is Kind.SKIP}
    unrun = [
        replace(gap, pattern=id)
        for id, gap in skipped.items()
        if not any(one.kind is Kind.SKIP and one.covers(id) for one in declared)
    ]
    return replace(selection, gaps=(*unrun, *declared))


def _shrunk(rows: Sequence[dict[str, Any]]) -> Callable[[Result], Result]:
    """Adds the smallest source that the run found, if the verdict and its reason are still the same."""
    then = {
        (row["importer"], row["provider"], row["requirement"], row["verdict"], row["code"]): row["smallest"]
        for row in rows
        if row.get("smallest")
    }

    def known(result: Result) -> Result:
        smallest = then.get((*result.cell, result.verdict.value, result.decisive.finding.code))
        return replace(result, smallest=Smallest.from_json(smallest)) if smallest else result

    return known


def _summary(path: Path) -> dict[str, Any]:
    mend = "remove it to judge all records of the folder"
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as JSON: {error}", mend) from None
    problems = Schema(schema()).problems(data) or _no_days(data)
    if problems:
        raise UsageError(f"{path} is none that `customhouse check --out` wrote: {problems[0]}", mend)
    return data


def _no_days(data: dict[str, Any]) -> list[str]:
    """What looks like a day and is none: patterns do not know February."""
    try:
        for row in data["results"]:
            if row.get("gap"):
                Gap.from_json(row["gap"])
    except ValueError as error:
        return [f"results/gap/expires: {error}"]
    return []


def _started(selections: Sequence[Selection], run: dict[str, Any]) -> SuiteStarted:
    return SuiteStarted(
        suite=version("customhouse"),
        importers=tuple(dict.fromkeys(selection.importer for selection in selections)),
        providers=tuple(dict.fromkeys(selection.provider for selection in selections)),
        requirements=sum(len(selection.requirements) for selection in selections),
        scenarios=sum(len(selection.scenarios()) for selection in selections),
        seed=int(run.get("seed", 0)),
        jobs=0,
        only=run.get("only"),
        manifest=run.get("manifest"),
    )
