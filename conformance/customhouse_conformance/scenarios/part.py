"""A part of the source of a scenario: some rows, and some fields of them.

What the scenario does with its rows (records that are there before, faults that name one, a source that turns) keeps
counting the rows of the whole, so that everything else stays as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from customhouse_conformance.facts import Row
from customhouse_conformance.scenarios.dataset import Turn

#: A row: whose it is (businesses count from 0, and mostly there is one), and its index there.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows by place, and fields by name; None is all of them. `attributes.plan` is a field inside of a field."""

    places: frozenset[Place] | None = None
    fields: frozenset[str] | None = None

    def of(self, rows: Sequence[Row], business: int = 0) -> tuple[Row, ...]:
        """What is left of the rows of a business."""
        gone = self._gone(len(rows), business)
        return self._narrowed(row for index, row in enumerate(rows) if index not in gone)

    def turned(self, turn: Turn, rows: Sequence[Row]) -> tuple[Row, ...]:
        """What is left of the first business's rows after a turn of them all."""
        return self._narrowed(turn.of(tuple(rows), self._gone(len(rows), 0)))

    def _gone(self, count: int, business: int) -> frozenset[int]:
        if self.places is None:
            return frozenset()
        return frozenset(index for index in range(count) if (business, index) not in self.places)

    def _narrowed(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(rows if self.fields is None else (_only(row, self.fields) for row in rows))


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows that a scenario gives to an importer: those of each business, and what becomes of the first's."""

    books: tuple[tuple[Row, ...], ...]
    turn: Turn | None = None

    def part(self) -> Part:
        """All of it, place by place and field by field."""
        places = ((business, index) for business, rows in enumerate(self.books) for index in range(len(rows)))
        return Part(frozenset(places), frozenset(self.fields(WHOLE)))

    def fields(self, part: Part) -> tuple[str, ...]:
        """All fields that the rows of a part have, those inside of a field one by one."""
        return tuple(dict.fromkeys(name for rows in self.given(part) for row in rows for name in _names(row)))

    def given(self, part: Part) -> list[tuple[Row, ...]]:
        """All that the importer is given of a part."""
        turned = [part.turned(self.turn, self.books[0])] if self.turn else []
        return [*(part.of(rows, business) for business, rows in enumerate(self.books)), *turned]


def _names(row: Row) -> Iterator[str]:
    for name, value in row.items():
        inner = value if isinstance(value, dict) else None
        yield from (f"{name}.{key}" for key in inner) if inner else (name,)


def _only(row: Row, fields: frozenset[str]) -> Row:
    left: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value:
            if inner := {key: one for key, one in value.items() if f"{name}.{key}" in fields}:
                left[name] = inner
        elif name in fields:
            left[name] = value
    return left
