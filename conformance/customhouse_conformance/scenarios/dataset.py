"""Source rows of a scenario, as a small table describes them.

    {name = "people", count = 30, seed = 4, leads = 0.3}      # generated
    {name = "tutorial"}
    {name = "clients", count = 30, seed = 4}                  # the same persons in inTandem's words
    {name = "rally-people", count = 30, seed = 4}             # and in Rally's; attributes = false: without properties
    {name = "hard-cases", group = "unicode"}                  # as clients: add words = "client"
    {name = "inline", rows = [{external_id = "1", name = "Ada"}]}

Then, in this order and for each of them: `rows` are appended, `change` overwrites fields of rows by index
(`[{row = 3, email = "no address"}]`), `repeat` appends copies of rows by index, changed in the same way if wanted
(`[0, {row = 3, phone = "+15550100"}]`), and `nulls` puts a null where TOML has none
(`[{row = 3, field = "properties.Tier"}]`). `count` cuts any of them.

What becomes of a source in the middle of a scenario is a `Turn`, in this order: rows are changed, rows are dropped,
and others are put in front of them all.

    {change = [{row = 3, phone = "+15550100"}], drop = [0], front = [{external_id = "0", first_name = "Ada"}]}
    {empty = true}
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import customhouse_fixtures as fixtures
from customhouse_conformance.errors import ScenarioError
from customhouse_conformance.facts import Row
from customhouse_conformance.tables import Table

NAMES = ("people", "clients", "rally-people", "tutorial", "hard-cases", "inline")
#: Those that are generated, as many as wanted.
COUNTED = ("people", "clients", "rally-people")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The table, read."""

    name: str
    count: int | None
    seed: int
    leads: float
    attributes: bool
    group: str | None
    words: str
    rows: tuple[Row, ...]
    change: tuple[Row, ...]
    repeat: tuple[Row, ...]
    nulls: tuple[Row, ...]


def read_dataset(table: Table) -> Dataset:
    """Read and check; raises the table's error."""
    dataset = Dataset(
        name=table.choice("name", NAMES),
        count=table.integer("count") if table.has("count") else None,
        seed=table.integer("seed", 0),
        leads=table.number("leads", 0.0),
        attributes=bool(table.raw("attributes") is not False),
        group=table.optional_text("group"),
        words=table.choice("words", ("contact", "client"), "contact"),
        rows=tuple(table.rows("rows")),
        change=tuple(table.rows("change")),
        repeat=_repeat(table),
        nulls=tuple(table.rows("nulls")),
    )
    if dataset.name in COUNTED and dataset.count is None:
        table.refuse(f"'{dataset.name}' needs a count", "add count = 20")
    if dataset.group is not None and dataset.name != "hard-cases":
        table.refuse("only hard-cases have groups", "leave 'group' out")
    table.finish()
    return dataset


def rows_of(dataset: Dataset, seed: int = 0) -> tuple[Row, ...]:
    """The canonical rows in file order. The run's seed is added to the table's, so `--seed` gives other people."""
    try:
        rows = [*_base(dataset, seed)[: dataset.count], *dataset.rows]
    except fixtures.FixtureError as error:
        raise ScenarioError(f"dataset '{dataset.name}': {error}", "mend the scenario's dataset") from None
    for change in dataset.change:
        rows[change["row"]] = _changed(rows, change)
    rows += [_changed(rows, again) for again in dataset.repeat]
    for null in dataset.nulls:
        rows[null["row"]] = _nulled(pick(rows, null["row"]), str(null["field"]).split("."))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a source becomes in the middle of a scenario."""

    empty: bool = False
    change: tuple[Row, ...] = ()
    drop: tuple[int, ...] = ()
    front: tuple[Row, ...] = ()

    def of(self, rows: tuple[Row, ...], gone: Set[int] = frozenset()) -> tuple[Row, ...]:
        """The rows after the turn, without those that were `gone` before it; indices count the rows before it."""
        if self.empty:
            return ()
        turned = list(rows)
        for change in self.change:
            turned[change["row"]] = _changed(rows, change)
        dropped = gone | {index for index in self.drop if pick(rows, index)}
        return (*self.front, *(row for index, row in enumerate(turned) if index not in dropped))


def read_turn(table: Table) -> Turn:
    """Read and check; raises the table's error."""
    drop = table.raw("drop") or []
    if not isinstance(drop, list) or not all(isinstance(index, int) for index in drop):
        table.refuse("'drop' is no list of row indices", "write drop = [0, 3]")
    turn = Turn(
        empty=table.raw("empty") is True,
        change=tuple(table.rows("change")),
        drop=tuple(drop),
        front=tuple(table.rows("front")),
    )
    table.finish()
    return turn


def pick(rows: "list[Row] | tuple[Row, ...]", index: Any) -> Row:
    """A row by index; `ScenarioError` if there is none."""
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(rows):
        raise ScenarioError(f"there is no row {index!r}: the dataset has {len(rows)} rows", "count from 0")
    return rows[index]


def _changed(rows: "list[Row] | tuple[Row, ...]", change: Row) -> Row:
    return {**pick(rows, change.get("row")), **{key: value for key, value in change.items() if key != "row"}}


def _nulled(row: Row, path: list[str]) -> Row:
    name, *rest = path
    return {**row, name: _nulled(row.get(name) or {}, rest) if rest else None}


def _repeat(table: Table) -> tuple[Row, ...]:
    """A bare index is the copy of a row without a change."""
    repeat = table.raw("repeat") or []
    if not isinstance(repeat, list) or not all(isinstance(one, int | dict) for one in repeat):
        table.refuse("'repeat' is no list of row indices", "write repeat = [0, 3]")
    return tuple({"row": one} if isinstance(one, int) else one for one in repeat)


def _base(dataset: Dataset, seed: int) -> list[Row]:
    if dataset.name == "people":
        return list(
            fixtures.people(
                dataset.count or 0, seed=dataset.seed + seed, attributes=dataset.attributes, leads=dataset.leads
            )
        )
    if dataset.name == "clients":
        return list(fixtures.clients(dataset.count or 0, seed=dataset.seed + seed))
    if dataset.name == "rally-people":
        made = fixtures.rally_people(dataset.count or 0, seed=dataset.seed + seed)
        return [row if dataset.attributes else _without(row, fixtures.PROPERTIES) for row in made]
    if dataset.name == "tutorial":
        return fixtures.tutorial()
    if dataset.name == "hard-cases":
        rows = [case.row for case in fixtures.hard_cases(dataset.group)]
        return [_as_client(row) for row in rows] if dataset.words == "client" else rows
    return []


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def _as_client(row: Row) -> Row:
    """A contact's row in the words of inTandem's client card: the hard text is the names and the address."""
    text = row["name"]
    texts = {"first_name": text, "last_name": text, "address": text}
    return {"external_id": row["external_id"], "email": row["email"], **texts}
