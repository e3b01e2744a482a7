"""`--fail-if 'rows_per_s<500'`: a measure, a comparison, a number."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from .errors import LoadUsageError
from .measures import MEASURES, Value

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
FORM = re.compile(r"\s*([a-z0-9_]+)\s*(<=|>=|==|!=|<|>)\s*(-?[0-9.]+(?:e-?[0-9]+)?)\s*")
Outcome = Literal["held", "broken", "not measured"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The run fails if the comparison is true."""

    measure: str
    comparison: str
    number: float

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises `LoadUsageError` for what cannot be read, and for measures that there are not."""
        match = FORM.fullmatch(text)
        try:
            number = float(match[3]) if match else None
        except ValueError:
            number = None
        if match is None or number is None:
            raise LoadUsageError(f"--fail-if '{text}' cannot be read", "write it as 'rows_per_s<500'")
        if match[1] not in MEASURES:
            raise LoadUsageError(f"there is no measure '{match[1]}'", f"there are: {', '.join(MEASURES)}")
        return cls(match[1], match[2], number)

    def __str__(self) -> str:
        return f"{self.measure}{self.comparison}{self.number:g}"

    def judge(self, values: Mapping[str, Value]) -> Outcome:
        """What is not measured can neither hold nor break."""
        value = values[self.measure]
        if value is None:
            return "not measured"
        return "broken" if COMPARISONS[self.comparison](value, self.number) else "held"


#: Each is in force unless a threshold about the same measure is given.
USUAL = tuple(Threshold(measure, ">", 0.0) for measure in ("imports_failed", "rows_missing", "workers_lost"))

MISSED, NOT_MEASURED = 1, 3


def with_usual(given: Iterable[Threshold]) -> tuple[Threshold, ...]:
    """The given thresholds, and the usual ones about other measures."""
    thresholds = tuple(given)
    mine = {one.measure for one in thresholds}
    return (*thresholds, *(one for one in USUAL if one.measure not in mine))


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """1 if a threshold is broken, else 3 if one could not be judged, else 0."""
    seen = set(outcomes)
    return MISSED if "broken" in seen else NOT_MEASURED if "not measured" in seen else 0
