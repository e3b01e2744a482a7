"""What a stored run was, and what an other version of the suite can and cannot make of it.

Requirements that are newer than the run are judged if all that they want to see was recorded, and told of if not. A
scenario that the version of then did not have is no fault of anybody's: whoever wants to see it is NOT EXERCISED.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customhouse_conformance.comparison import Change, Key, Stand, compare, told
from customhouse_conformance.engine.selection import Selection
from customhouse_conformance.engine.suite import Records
from customhouse_conformance.findings import Verdict
from customhouse_conformance.globs import is_named
from customhouse_conformance.register import Requirement
from customhouse_conformance.report.results_file import first_stands, read_results
from customhouse_conformance.results import Result, missing_needs
from customhouse_conformance.verdicts import NoRecord, applies

#: The reason of a verdict that a gap made, whichever way: no version's doing.
SKIPPED = "skipped"
AGAIN = "run `customhouse check` again"


@dataclass(frozen=True)
class Then:
    """What `results.json` tells of a run; nothing, if there is none."""

    document: Mapping[str, Any]
    stands: Mapping[Key, Stand]

    @classmethod
    def of(cls, folder: Path) -> "Then":
        """Read it; `UsageError` if it cannot be used."""
        document = read_results(folder / "results.json", "remove it to judge all records of the folder")
        return cls(document, first_stands(document))

    @property
    def run(self) -> Mapping[str, Any]:
        """How it was run."""
        return dict(self.document.get("run", {}))

    @property
    def scenarios(self) -> Sequence[Mapping[str, Any]]:
        """The scenarios that were run, whatever became of them."""
        return list(self.run.get("scenarios", []))

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Its results."""
        return list(self.document.get("results", []))

    def asked(self, provider: str, requirement: str) -> bool:
        """Whether it was judged then."""
        return any((key.provider, key.requirement) == (provider, requirement) for key in self.stands)

    def wanted(self, requirement: str) -> bool:
        """Whether it would have been judged, if the version of then had had it."""
        return is_named(requirement, self.run.get("only"))


def judged_rows(whole: Selection, records: Records, then: Then) -> tuple[Requirement, ...]:
    """What was judged then, and what is new and can be judged; without `results.json` what there are records of."""
    if not then.stands:
        return tuple(row for row in whole.requirements if any(name in records for name in row.scenarios))
    return tuple(
        row
        for row in whole.requirements
        if then.asked(whole.provider, row.id) or (then.wanted(row.id) and not _unrecorded(whole, row, records))
    )


def with_unrecorded(selection: Selection, records: Records, then: Then) -> Records:
    """With a word in the place of each scenario that is newer than the run. One that was run and is lost is none."""
    if not then.scenarios:
        return records
    ran = {one["scenario"] for one in then.scenarios if one["provider"] == selection.provider}
    wanted = {name for row in selection.requirements for name in _unrecorded(selection, row, records)}
    newer = {name: _newer(name) for name in sorted(wanted - ran)}
    return {**records, **newer}


def suite_changes(then: Then, judged: Sequence[tuple[Selection, Records]], now: Sequence[Result]) -> tuple[Change, ...]:
    """What this version makes of the run otherwise than the one of then, group by group."""
    if not then.stands:
        return ()
    after = {
        Key(one.importer, one.provider, one.requirement.id): Stand(one.verdict, one.decisive.finding.code)
        for one in now
    }
    found = [one for one in compare(then.stands, after) if SKIPPED not in _codes(one)]
    lacking = [one for selection, records in judged for one in _unjudged(selection, records, then)]
    return tuple(told([*found, *lacking]))


def _codes(change: Change) -> list[str]:
    return [stand.code for stand in (change.before, change.after) if stand]


def _unrecorded(selection: Selection, row: Requirement, records: Records) -> list[str]:
    """Scenarios that a requirement wants to see and of which there is no record."""
    if not applies(row, selection.capabilities):
        return []
    needed = [selection.register.scenarios[name] for name in row.scenarios]
    return [one.id for one in needed if one.id not in records and not missing_needs(one.needs, selection.capabilities)]


def _newer(scenario: str) -> NoRecord:
    said = f"the run is older than scenario '{scenario}', which this requirement wants to see; {AGAIN}"
    return NoRecord("not-recorded", said, Verdict.NOT_EXERCISED)


def _unjudged(selection: Selection, records: Records, then: Then) -> list[Change]:
    """Requirements that are newer than the run and cannot be judged from it."""
    newer = [row for row in selection.register.requirements if not then.asked(selection.provider, row.id)]
    lacking = [(row, ", ".join(_unrecorded(selection, row, records))) for row in newer if then.wanted(row.id)]
    return [
        Change(Key(selection.importer, selection.provider, row.id), None, None, f"no record of {names}; {AGAIN}")
        for row, names in lacking
        if names
    ]
