"""The pull plan: how the puller misbehaves, on purpose. One document, replaced whole; a session keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customhouse_fakes.core.errors import HarnessError
from customhouse_fakes.intandem.schemas import schema

# Keys that stay within what the vendor's text allows; every other key makes a session `stressed`.
WITHIN_THE_RULES = frozenset({"per_page", "start", "delay_between_s", "hold", "join", "probes_when"})


class PullPlanError(HarnessError):
    code = "pull-plan"


@dataclass(frozen=True, slots=True)
class Hold:
    """Stand before a page until there are so many sessions, ended ones included; `at_most_s` real seconds."""

    before_page: int
    until_sessions: int
    at_most_s: float


@dataclass(frozen=True, slots=True)
class PullPlan:
    """The document, read. None means: as the profile says."""

    document: Mapping[str, Any] = field(default_factory=dict)
    per_page: int | None = None
    per_page_by_page: Mapping[int, int] = field(default_factory=dict)
    staff_uid_by_page: Mapping[int, str] = field(default_factory=dict)
    replay: frozenset[int] = frozenset()
    again_after_end: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    first: tuple[int, ...] = ()
    done_times: int | None = None
    vanish_after_page: int | None = None
    drop_after_page: int | None = None
    extra_query: Mapping[str, str] = field(default_factory=dict)
    probes: tuple[Mapping[str, Any], ...] = ()
    probes_when: str = "end"
    join: str | None = None
    start: str | None = None
    delay_between_s: float = 0.0
    hold: Hold | None = None

    @property
    def stressed(self) -> bool:
        """Whether a session under this plan leaves what the vendor's text describes."""
        return not self.document.keys() <= WITHIN_THE_RULES or self.join == "naive"

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> PullPlan:
        """Check against `schemas/pull_plan.json`; raises `PullPlanError` naming everything that is wrong."""
        problems = [str(problem) for problem in schema("pull_plan").problems(dict(document))]
        if problems:
            raise PullPlanError("the pull plan was refused; the old one is still in force", problems=problems)
        values = {key: _READERS.get(key, _as_is)(value) for key, value in document.items()}
        return cls(document=dict(document), **values)


def _as_is(value: Any) -> Any:
    return value


def _by_page(value: Mapping[str, Any]) -> dict[int, Any]:
    return {int(page): what for page, what in value.items()}


def _hold(value: Mapping[str, Any]) -> Hold:
    return Hold(**value)


_READERS: dict[str, Any] = {
    "hold": _hold,
    "per_page_by_page": _by_page,
    "staff_uid_by_page": _by_page,
    "replay": frozenset,
    "again_after_end": tuple,
    "order": tuple,
    "first": tuple,
    "probes": tuple,
}
