"""Known gaps of an importer: what it is known to fail, told in the manifest, with a reason.

    [importers.acme.gaps]
    "INTERCOM-RATE-01" = {kind = "known-failing", reason = "no retry yet", link = "https://…/17", expires = 2027-01-31}
    "INTERCOM-MEMORY-*" = {kind = "skip", reason = "takes a machine that we do not have"}

`known-failing` runs and must fail, `known-flaky` runs and may fail, `skip` is not run. A gap that holds is *known* or
*flaky* and turns nothing red; one that no longer does, because the requirement does not fail or the last day is over,
is *stale*, and red. ERROR and UNTESTABLE say nothing about the importer: only a skip goes before them.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from customhouse_conformance.errors import ManifestError
from customhouse_conformance.findings import Verdict
from customhouse_conformance.register import Register
from customhouse_conformance.tables import Table, shown
from customhouse_fakes.core.clock import Clock

LINK = re.compile(r"https?://\S+")

#: What a known-failing requirement may come to.
FAILING = (Verdict.FAIL, Verdict.WARN, Verdict.NOT_EXERCISED)
#: What no gap covers, because nothing was learnt.
UNKNOWN = (Verdict.ERROR, Verdict.UNTESTABLE)

#: What to do about a gap whose last day is over.
OVER = "close it, or give it a later day"


class Kind(StrEnum):
    """What a gap asks for."""

    KNOWN_FAILING = "known-failing"
    KNOWN_FLAKY = "known-flaky"
    SKIP = "skip"


class Overlay(StrEnum):
    """What a gap makes of a verdict (design.md, *Words*)."""

    KNOWN = "known"
    FLAKY = "flaky"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Gap:
    """One entry. `pattern` is an id or a glob; the gap holds up to and with the day `expires`."""

    pattern: str
    kind: Kind
    reason: str
    link: str | None = None
    expires: date | None = None

    def covers(self, id: str) -> bool:
        """Whether it is about this requirement."""
        return fnmatchcase(id, self.pattern)

    def is_over(self, today: date) -> bool:
        """Whether its last day is behind us."""
        return self.expires is not None and today > self.expires

    def to_json(self) -> dict[str, str | None]:
        """As results.json has it."""
        return {
            "pattern": self.pattern,
            "kind": self.kind.value,
            "reason": self.reason,
            "link": self.link,
            "expires": self.expires.isoformat() if self.expires else None,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Gap":
        """Out of results.json."""
        expires = date.fromisoformat(row["expires"]) if row["expires"] else None
        return cls(row["pattern"], Kind(row["kind"]), row["reason"], row["link"], expires)


@dataclass(frozen=True, slots=True)
class Mark:
    """A gap laid over a verdict, and what that means in a sentence."""

    overlay: Overlay
    gap: Gap
    says: str


def utc_today() -> date:
    """The day on which gaps are held against their last."""
    return datetime.fromtimestamp(Clock().now(), UTC).date()


def read_gaps(table: Table) -> tuple[Gap, ...]:
    """The gaps of one importer in the order of the manifest; `ManifestError` for a key or value that means nothing."""
    return tuple(_read_gap(pattern, table.table(pattern)) for pattern in table.data)


def _read_gap(pattern: str, table: Table) -> Gap:
    kind = Kind(table.choice("kind", tuple(Kind)))
    reason = table.text("reason").strip()
    link = table.optional_text("link")
    if not reason:
        table.refuse("'reason' is empty", "say why it is so; whoever finds the gap in a year wants to know")
    if link is not None and not LINK.fullmatch(link):
        table.refuse(f"'link' is '{link}'", "give an address that begins with http:// or https://")
    gap = Gap(pattern, kind, reason, link, _day(table, "expires") if table.has("expires") else None)
    table.finish()
    return gap


def _day(table: Table, key: str) -> date:
    """A day of TOML's own, or one in a string."""
    value = table.raw(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        table.refuse(f"'{key}' is {shown(value, str)}, which is no day", f"write {key} = 2027-01-31")


def refuse_misfits(gaps: Sequence[Gap], importer: str, register: Register) -> None:
    """`ManifestError` for a gap that matches no requirement, or two that match the same one."""
    place = f"gaps of importer '{importer}' ({register.provider})"
    ids = [row.id for row in register.requirements]
    for gap in gaps:
        if not any(gap.covers(id) for id in ids):
            raise ManifestError(f"{place}: '{gap.pattern}' matches no requirement", _what_instead(gap, ids, register))
    for id in ids:
        both = [gap.pattern for gap in gaps if gap.covers(id)]
        if len(both) > 1:
            raise ManifestError(f"{place}: '{both[0]}' and '{both[1]}' both match {id}", "narrow one of them")


def _what_instead(gap: Gap, ids: Sequence[str], register: Register) -> str:
    if any(gap.covers(id) for id in register.retired):
        return "an earlier version asked for it, this one does not: take the gap out of the manifest"
    near = difflib.get_close_matches(gap.pattern.upper(), ids, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return f"{hint}`customhouse requirements --provider {register.provider}` lists the ids"


def gap_of(gaps: Iterable[Gap], id: str) -> Gap | None:
    """The gap that is about a requirement, if there is one."""
    return next((gap for gap in gaps if gap.covers(id)), None)


def mark_of(gap: Gap | None, id: str, verdict: Verdict, today: date) -> Mark | None:
    """What a gap makes of a verdict. Pure."""
    if gap is None or verdict in UNKNOWN:
        return None
    if no_longer_fails(gap, verdict):
        mend = "take the gap out of the manifest" if gap.pattern == id else "narrow the wildcard of the gap"
        return Mark(
            Overlay.STALE, gap, f"'{gap.pattern}' is known-failing ({gap.reason}), but this is {verdict}: {mend}"
        )
    if gap.is_over(today):
        said = f"the gap '{gap.pattern}' ({gap.reason}) expired on {gap.expires}"
        return Mark(Overlay.STALE, gap, f"{said}: {OVER}")
    overlay = Overlay.FLAKY if gap.kind is Kind.KNOWN_FLAKY else Overlay.KNOWN
    return Mark(overlay, gap, f"{gap.kind}: {gap.reason}")


def no_longer_fails(gap: Gap, verdict: Verdict) -> bool:
    """Whether a requirement that must fail was judged and did not."""
    return gap.kind is Kind.KNOWN_FAILING and verdict not in (*FAILING, *UNKNOWN)
