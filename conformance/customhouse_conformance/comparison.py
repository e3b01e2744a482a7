"""What changed between two sets of verdicts. Pure: `judge` holds a run against itself, `diff` two runs.

A verdict that came to stand further down in `RANK` got worse. The same verdict for another reason is *changed*: neither
better nor worse, but worth a look. A requirement that only one side has is *new* or *gone*.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from customhouse_conformance.findings import Verdict

#: Best first. What an importer no longer claims is no longer proven: that is worse than a PASS.
RANK = (
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
    Verdict.WARN,
    Verdict.NOT_EXERCISED,
    Verdict.UNTESTABLE,
    Verdict.FAIL,
    Verdict.ERROR,
)


class Group(StrEnum):
    """Which way it went, in the order in which it is told."""

    WORSE = "worse"
    BETTER = "better"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    UNJUDGED = "unjudged"
    SAME = "same"


class Key(NamedTuple):
    """Which verdict."""

    importer: str
    provider: str
    requirement: str


@dataclass(frozen=True, slots=True)
class Stand:
    """A verdict and its reason."""

    verdict: Verdict
    code: str

    def __str__(self) -> str:
        """As a reader sees it; a PASS needs no reason."""
        return self.verdict.value if self.verdict is Verdict.PASS else f"{self.verdict.value} {self.code}"

    def to_json(self) -> dict[str, str]:
        """As the reports have it."""
        return {"verdict": self.verdict.value, "code": self.code}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Stand":
        """Out of a row of results.json, or of what `to_json` made."""
        return cls(Verdict(row["verdict"]), row["code"])


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement then and now; without either it could not be judged, and `why` says why not."""

    key: Key
    before: Stand | None
    after: Stand | None
    why: str = ""

    @property
    def group(self) -> Group:
        """Which way it went."""
        if self.before is None or self.after is None:
            return Group.NEW if self.after else Group.GONE if self.before else Group.UNJUDGED
        if self.before == self.after:
            return Group.SAME
        fell = RANK.index(self.after.verdict) - RANK.index(self.before.verdict)
        return Group.WORSE if fell > 0 else Group.BETTER if fell < 0 else Group.CHANGED

    @property
    def says(self) -> str:
        """Both in a line."""
        if self.before is None and self.after is None:
            return f"not judged: {self.why}"
        return f"{self.before or 'not asked'} → {self.after or 'not asked'}"

    def to_json(self) -> dict[str, Any]:
        """As the reports have it."""
        return {
            **self.key._asdict(),
            "group": self.group.value,
            "before": self.before.to_json() if self.before else None,
            "after": self.after.to_json() if self.after else None,
            "why": self.why,
        }


def compare(before: Mapping[Key, Stand], after: Mapping[Key, Stand]) -> list[Change]:
    """All of both sides, in the order of the first, then what is new."""
    return [Change(key, before.get(key), after.get(key)) for key in dict.fromkeys((*before, *after))]


def told(changes: Iterable[Change]) -> list[Change]:
    """What is not the same, group by group."""
    order = list(Group)
    kept = [change for change in changes if change.group is not Group.SAME]
    return sorted(kept, key=lambda change: order.index(change.group))


def tally(changes: Iterable[Change]) -> dict[str, int]:
    """How many are in each group that two verdicts can be in, zero included."""
    groups = [change.group for change in changes]
    return {group.value: groups.count(group) for group in Group if group is not Group.UNJUDGED}


def paired(before: Mapping[Key, Stand], after: Mapping[Key, Stand]) -> Mapping[Key, Stand]:
    """The second side under the first one's name, where each is about one importer: two importers side by side."""
    names = [_importers(side) for side in (before, after)]
    if any(len(found) != 1 for found in names):
        return after
    return {key._replace(importer=names[0][0]): stand for key, stand in after.items()}


def _importers(side: Mapping[Key, Stand]) -> Sequence[str]:
    return list(dict.fromkeys(key.importer for key in side))
