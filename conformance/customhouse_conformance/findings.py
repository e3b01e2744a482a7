"""What a judge says: a verdict word, a stable reason code, one sentence, and where to look.

Judges use `passed` and `failed`; `cannot_tell` is for a record that does not hold what the judge needs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from customhouse_conformance.facts import Exchange


class Verdict(StrEnum):
    """The words of design.md, *Words*."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    WARN = "WARN"
    NOT_EXERCISED = "NOT EXERCISED"
    NOT_APPLICABLE = "NOT APPLICABLE"
    UNTESTABLE = "UNTESTABLE"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where to look: exchange numbers, source row indices (from 0), and named facts."""

    exchanges: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One judge's answer about one record."""

    verdict: Verdict
    code: str
    message: str
    evidence: Evidence = field(default_factory=Evidence)


#: Pure: (record, **parameters of the row) → finding. The same record and parameters give the same finding.
Judge = Callable[..., Finding]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why a witness saw nothing, in words; without `applies` there was nothing that it could have seen. Is false."""

    why: str
    applies: bool = True

    def __bool__(self) -> bool:
        return False


#: Pure: (record, **parameters of the row) → the evidence that the stimulus was served, or nothing and perhaps why.
Witness = Callable[..., Evidence | Unseen | None]


def evidence(exchanges: Iterable[Exchange | int] = (), rows: Iterable[int] = (), **facts: Any) -> Evidence:
    """Evidence out of exchanges (or their numbers), row indices and any facts worth printing."""
    numbers = tuple(one if isinstance(one, int) else one.n for one in exchanges)
    return Evidence(numbers, tuple(rows), facts)


def passed(message: str, exchanges: Iterable[Exchange | int] = (), rows: Iterable[int] = (), **facts: Any) -> Finding:
    """The requirement holds; the message says what was seen."""
    return Finding(Verdict.PASS, "ok", message, evidence(exchanges, rows, **facts))


def failed(
    code: str, message: str, exchanges: Iterable[Exchange | int] = (), rows: Iterable[int] = (), **facts: Any
) -> Finding:
    """The requirement is broken; `code` is stable (`lost-rows`), the message says what was seen instead."""
    return Finding(Verdict.FAIL, code, message, evidence(exchanges, rows, **facts))


def not_shown(message: str) -> Finding:
    """Nothing was broken, but nothing was seen either that a PASS could stand on."""
    return Finding(Verdict.NOT_EXERCISED, "not-shown", message)


def cannot_tell(code: str, message: str) -> Finding:
    """A prerequisite is missing: red, but no claim about the importer."""
    return Finding(Verdict.UNTESTABLE, code, message)


def unclaim(capability: str, claimed: Sequence[str] | None) -> str:
    """What to write in the manifest for an importer that is not meant to do something; None claims everything."""
    rest = "…" if claimed is None else ", ".join(f'"{name}"' for name in claimed if name != capability)
    return f'if it is not meant to, say so in the manifest: capabilities = [{rest}], without "{capability}"'
