"""Judges stored records again: the same pure judgement, without an importer and without fakes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from customhouse_conformance.comparison import Key
from customhouse_conformance.engine.older import Then, judged_rows, suite_changes, with_unrecorded
from customhouse_conformance.engine.selection import Selection, whole_of
from customhouse_conformance.engine.suite import Earlier, Outcome, Records, Stream, judge_all
from customhouse_conformance.errors import RecordError, UsageError
from customhouse_conformance.events import ScenarioFinished, SuiteStarted, View
from customhouse_conformance.facts import Header
from customhouse_conformance.gaps import Gap, Kind, refuse_misfits, utc_today
from customhouse_conformance.record import Record
from customhouse_conformance.record_io import read_record
from customhouse_conformance.register import Register
from customhouse_conformance.results import NOT_CLAIMED, Repeat, Result
from customhouse_conformance.smallest import Smallest
from customhouse_conformance.verdicts import NoRecord
from customhouse_fakes.core.clock import monotonic

#: (manifest that the run was given or None, importer, provider) → its gaps today; None if no manifest tells of it.
Declared = Callable[[str | None, str, str], tuple[Gap, ...] | None]


@dataclass(frozen=True)
class Part:
    """What was recorded of one importer and provider, and what is to be judged of it."""

    folder: Path
    selection: Selection
    records: Records

    @property
    def whose(self) -> tuple[str, str]:
        """Importer and provider."""
        return self.selection.importer, self.selection.provider


def judge_folder(
    folder: Path,
    load: Callable[[str], Register],
    views: Sequence[View],
    declared: Declared = lambda *_: None,
    today: date | None = None,
) -> Outcome:
    """Judge `folder/records` again. What was selected then is taken from `folder/results.json` if it is there.

    Gaps are those of the manifest, or of the run if the manifest no longer tells of the importer. What was skipped
    then stays skipped, for lack of a record. What this version sees otherwise is told as *suite changes*.
    """
    began, then = monotonic(), Then.of(folder)
    found = [_with_gaps(part, then, declared) for part in _parts(folder / "records", load, then)]
    # In the order of the run, as far as it is known.
    order = list(dict.fromkeys((key.importer, key.provider) for key in then.stands))
    places = {whose: place for place, whose in enumerate(order)}
    found.sort(key=lambda part: places.get(part.whose, len(places)))
    stream = Stream(views)
    stream.emit(_started(found, then))
    for event in _scenarios(found, then):
        stream.emit(event)
    selections = [part.selection for part in found]
    records = [with_unrecorded(part.selection, part.records, then) for part in found]
    repeat = Repeat(int(then.run.get("seed", 0)), then.run.get("manifest"))
    judged = [(part.selection, part.records) for part in found]
    day = today or utc_today()
    earlier = Earlier(_shrunk(then.rows), lambda now: suite_changes(then, judged, now))
    return judge_all(selections, records, repeat, stream, began, day, earlier)


def record_folders(records: Path) -> list[Path]:
    """Folders that hold the records of one importer by provider: this one, or several in it, one for each importer."""
    several = sorted({path.parents[1] for path in records.glob("*/*/*.jsonl")})
    return [*([records] if any(records.glob("*/*.jsonl")) else []), *several] or [records]


def read_records(folder: Path) -> dict[str, Records]:
    """Records by provider and scenario; one that cannot be trusted stands as `NoRecord`."""
    found: dict[str, Records] = {}
    for path in sorted(folder.glob("*/*.jsonl")):
        found.setdefault(path.parent.name, {})[path.stem] = _read(path)
    return found


def _refuse_unreadable(folder: Path, everything: Sequence[Record | NoRecord]) -> None:
    """`UsageError` if there is nothing to go by at all; one lost record, or one importer's, costs nobody else's."""
    if not any(isinstance(record, Record) for record in everything):
        first = next((f": {one.message}" for one in everything if isinstance(one, NoRecord)), "")
        mend = "give the folder that `customhouse check --out` wrote"
        raise UsageError(f"{folder} holds no readable record{first}", mend)


def _read(path: Path) -> Record | NoRecord:
    try:
        record = read_record(path)
    except RecordError as error:
        return NoRecord("record-unreadable", f"{error.what}; {error.mend}")
    told = (record.header.provider, record.header.scenario)
    if told != (path.parent.name, path.stem):
        return NoRecord(
            "record-misplaced", f"{path.parent.name}/{path.name} is the record of {'/'.join(map(str, told))}"
        )
    return record


def _parts(folder: Path, load: Callable[[str], Register], then: Then) -> Iterator[Part]:
    found = {place: read_records(place) for place in record_folders(folder)}
    _refuse_unreadable(
        folder, [one for group in found.values() for records in group.values() for one in records.values()]
    )
    for place, group in found.items():
        known = [header.importer for records in group.values() if (header := _header(records))]
        named = unquote(place.name) if place != folder else str(then.run.get("importer", "?"))
        for provider, records in group.items():
            yield Part(place / provider, _selection(load(provider), records, then, (*known, named)[0]), records)


def _header(records: Records) -> Header | None:
    return next((record.header for record in records.values() if isinstance(record, Record)), None)


def _selection(register: Register, records: Records, then: Then, neighbour: str) -> Selection:
    """What is judged of one provider; of the importer of its neighbours, if no record of its own can be read."""
    header = _header(records)
    importer = header.importer if header else neighbour
    capabilities = header.capabilities if header else _claimed(register, importer, then)
    whole = Selection(importer, capabilities, register, register.requirements)
    return replace(whole, requirements=judged_rows(whole, records, then))


def _claimed(register: Register, importer: str, then: Then) -> tuple[str, ...] | None:
    """The capabilities that the importer claimed then, as far as its verdicts tell: all, if there are none."""
    codes: dict[str, set[str]] = {}
    for row in register.requirements:
        if stand := then.stands.get(Key(importer, register.provider, row.id)):
            needs = {need for name in row.scenarios for need in register.scenarios[name].needs}
            for capability in needs | ({row.capability} if row.capability else set()):
                codes.setdefault(capability, set()).add(stand.code)
    if not any(key[:2] == (importer, register.provider) for key in then.stands):
        return None
    return tuple(capability for capability, said in codes.items() if said != {NOT_CLAIMED})


def _with_gaps(part: Part, then: Then, declared: Declared) -> Part:
    """With the gaps declared today, or those of the run; its skips stay, since there is no record of them."""
    importer, provider = part.whose
    today = declared(then.run.get("manifest"), importer, provider)
    refuse_misfits(today or (), importer, part.selection.register)
    mine = [row for row in then.rows if (row["importer"], row["provider"]) == part.whose and row.get("gap")]
    return replace(part, selection=replace(part.selection, gaps=_gaps(mine, today)))


def _gaps(rows: Sequence[Mapping[str, Any]], declared: tuple[Gap, ...] | None) -> tuple[Gap, ...]:
    then = {row["requirement"]: Gap.from_json(row["gap"]) for row in rows}
    if declared is None:
        return tuple(dict.fromkeys(then.values()))
    skipped = {id: gap for id, gap in then.items() if gap.kind is Kind.SKIP}
    unrun = [
        replace(gap, pattern=id)
        for id, gap in skipped.items()
        if not any(one.kind is Kind.SKIP and one.covers(id) for one in declared)
    ]
    return (*unrun, *declared)


def _scenarios(parts: Sequence[Part], then: Then) -> Iterator[ScenarioFinished]:
    """How the scenarios went then, for the reports that tell of it."""
    folders = {part.whose: part.folder for part in parts}
    for one in then.scenarios:
        whose = (one.get("importer", then.run.get("importer", "?")), one["provider"])
        path = folders[whose] / f"{one['scenario']}.jsonl" if whose in folders else None
        yield ScenarioFinished(*whose, one["scenario"], one["duration_s"], path, one.get("problem"))


def _shrunk(rows: Sequence[Mapping[str, Any]]) -> Callable[[Result], Result]:
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


def _started(parts: Sequence[Part], then: Then) -> SuiteStarted:
    headers = [one.header for part in parts for one in part.records.values() if isinstance(one, Record)]
    return SuiteStarted(
        suite=version("customhouse"),
        importers=tuple(dict.fromkeys(part.selection.importer for part in parts)),
        providers=tuple(dict.fromkeys(part.selection.provider for part in parts)),
        requirements=sum(len(part.selection.requirements) for part in parts),
        scenarios=sum(len(part.selection.scenarios()) for part in parts),
        seed=int(then.run.get("seed", 0)),
        jobs=0,
        only=then.run.get("only"),
        manifest=then.run.get("manifest"),
        ran_by=then.run.get("suite", headers[0].suite),
        whole=whole_of([part.selection for part in parts]),
    )
