"""What shrinking found for one failure: the smallest source that still fails, or why there is none."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: So many bytes of a source are shown in reports; the files are whole.
SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Smallest:
    """The outcome for one requirement in one scenario.

    `rows` and `fields` are how many there were and how many are left, None if nothing is kept. `files` lie in the
    folder of the report, one for each business that is left; `text` is the beginning of the first. Without `minimal`
    the search ended before it was done.
    """

    scenario: str
    note: str
    runs: int
    rows: tuple[int, int] | None = None
    fields: tuple[int, int] | None = None
    files: tuple[str, ...] = ()
    text: str | None = None
    minimal: bool = False

    def to_json(self) -> dict[str, Any]:
        """As results.json has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Smallest":
        """Out of the results.json of any version: what it does not say is not known, what is new in it is left out."""
        rows, fields = (tuple(row[name]) if row.get(name) else None for name in ("rows", "fields"))
        return cls(
            scenario=row["scenario"],
            note=row["note"],
            runs=row["runs"],
            rows=rows,
            fields=fields,
            files=tuple(row.get("files", ())),
            text=row.get("text"),
            minimal=row.get("minimal", False),
        )


def none_found(scenario: str, why: str, runs: int) -> Smallest:
    """Nothing is kept, and why."""
    return Smallest(scenario, why, runs)


def as_given(scenario: str, step: str) -> Smallest:
    """Nothing was looked for, as one run of the scenario is given a file that is not made of rows: that is kept."""
    note = f"nothing to shrink: its '{step}' run is given a file of the scenario's own, and no rows"
    return Smallest(scenario, note, 0)


def found(scenario: str, rows: tuple[int, int], fields: tuple[int, int], runs: int, cut: str | None = None) -> Smallest:
    """The smallest that was found; its files come once they are written. `cut` is what ended the search early."""
    less = ", ".join(_fewer(*pair) for pair in ((*rows, "row"), (*fields, "field")))
    note = f"{less} ({_many(runs, 'run')}{f'; {cut}, so it may not be the smallest' if cut else ''})"
    return Smallest(scenario, note, runs, rows, fields, minimal=cut is None)


def _fewer(before: int, after: int, what: str) -> str:
    return f"{_many(before, what)} → {_many(after, what)}" if after < before else f"all {_many(before, what)}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
