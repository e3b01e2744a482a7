"""Two stored runs side by side: what changed, in words and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from customhouse_conformance.comparison import Change, Group, Key, Stand, compare, paired, tally, told
from customhouse_conformance.errors import UsageError
from customhouse_conformance.report.results_file import read_results, stands

STYLES: dict[Group, str] = {
    Group.WORSE: "bold red",
    Group.BETTER: "green",
    Group.CHANGED: "yellow",
    Group.NEW: "cyan",
    Group.GONE: "magenta",
}


@dataclass(frozen=True)
class Side:
    """One of the two runs."""

    folder: Path
    suite: str
    stands: Mapping[Key, Stand]

    @property
    def importers(self) -> list[str]:
        """Whose run it is."""
        return list(dict.fromkeys(key.importer for key in self.stands))

    @property
    def says(self) -> str:
        """In a few words."""
        return f"{self.folder} ({', '.join(self.importers)}; customhouse {self.suite})"

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"folder": str(self.folder), "importers": self.importers, "suite": self.suite}


@dataclass(frozen=True)
class Difference:
    """Both runs, and every requirement of either."""

    before: Side
    after: Side
    changes: Sequence[Change]

    @property
    def exit_code(self) -> int:
        """1 if anything got worse."""
        return 1 if any(change.group is Group.WORSE for change in self.changes) else 0

    def of(self, provider: str) -> list[Change]:
        """What is about one provider."""
        return [change for change in self.changes if change.key.provider == provider]

    @property
    def providers(self) -> list[str]:
        """All that were looked at, in either run."""
        return list(dict.fromkeys(change.key.provider for change in self.changes))

    def to_json(self) -> dict[str, Any]:
        """For programs: schema 1."""
        return {
            "schema": 1,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "providers": {provider: tally(self.of(provider)) for provider in self.providers},
            "counts": tally(self.changes),
            "changes": [change.to_json() for change in told(self.changes)],
            "exit_code": self.exit_code,
        }


def read_side(folder: Path) -> Side:
    """What a run came to; `UsageError` if the folder holds none."""
    mend = "give a folder that `customhouse check --out` wrote"
    document = read_results(folder / "results.json", mend)
    if not document.get("results"):
        raise UsageError(f"{folder} holds no results.json with results", mend)
    run = document.get("run", {})
    return Side(folder, run.get("judged_by") or run.get("suite", "of an unknown version"), stands(document))


def difference(before: Side, after: Side) -> Difference:
    """What changed between two runs of one importer, or between two importers. Pure."""
    return Difference(before, after, compare(before.stands, paired(before.stands, after.stands)))


def print_difference(found: Difference, console: Console) -> None:
    """Provider by provider, what got worse first, and what stayed as a number."""
    _line(console, f"{found.before.says} → {found.after.says}", "bold")
    several = any(len(side.importers) > 1 for side in (found.before, found.after))
    for provider in found.providers:
        changes = found.of(provider)
        counts = ", ".join(f"{number} {group}" for group, number in tally(changes).items() if number)
        console.print()
        _line(console, f"{provider}: {counts}", "bold")
        for group, said in _lines(changes, several):
            console.print(Text(f"  {group:<9}", style=STYLES[group]).append(said, style=""), soft_wrap=True)
    console.print()
    if found.before.suite != found.after.suite:
        said = "two versions of the suite have judged them; `customhouse judge DIR` judges either by the one of today"
        _line(console, said, "yellow")
    said = "something got worse" if found.exit_code else "nothing got worse"
    _line(console, f"{said} (exit code {found.exit_code})", "bold")


def _lines(changes: Sequence[Change], several: bool) -> Iterator[tuple[Group, str]]:
    """A line for each change, but one for all that an importer is not asked any more: `--only` leaves out many."""
    gone: dict[str, list[Change]] = {}
    for change in told(changes):
        whose = f" ({change.key.importer})" if several else ""
        if change.group is Group.GONE:
            gone.setdefault(whose, []).append(change)
        else:
            yield change.group, f"{change.key.requirement}{whose}  {change.says}"
    for whose, left in gone.items():
        ids = ", ".join(change.key.requirement for change in left)
        yield Group.GONE, f"{ids}{whose}  {left[0].says}" if len(left) == 1 else f"{len(left)} not asked{whose}: {ids}"


def _line(console: Console, text: str, style: str) -> None:
    console.print(Text(text, style=style), soft_wrap=True)
