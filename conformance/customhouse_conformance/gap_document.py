"""Today's failures as a gap document, ready for the manifest (`customhouse check --write-gaps`).

Gaps that are there keep their kind, reason, link and last day; those of requirements that no longer fail are left out.
A day that is over is not moved: only people do that.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from customhouse_conformance.findings import Verdict
from customhouse_conformance.gaps import UNKNOWN, Gap, Kind, no_longer_fails
from customhouse_conformance.results import Result

BARE = re.compile(r"[A-Za-z0-9_-]+")
#: What TOML cannot hold in a string, and what no file can.
UNWRITABLE = re.compile("[\x7f\ud800-\udfff]")
REASON = 160


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps of one importer for one provider. `alone`: the manifest has no other table of that name."""

    importer: str
    provider: str
    gaps: tuple[Gap, ...]
    unknown: int
    alone: bool = True


def renew(gaps: Sequence[Gap], ids: Sequence[str], results: Sequence[Result]) -> tuple[Gap, ...]:
    """The gaps that still hold (a wildcard that does so in part is spelt out), and one for every new failure.

    `ids` are those of the whole register: what a narrower run did not look at is kept.
    """
    gone = {one.requirement.id for one in results if one.mark and no_longer_fails(one.mark.gap, one.verdict)}
    kept: list[Gap] = []
    for gap in gaps:
        covered = [id for id in ids if gap.covers(id)]
        still = [id for id in covered if id not in gone]
        kept += [gap] if still == covered else [replace(gap, pattern=id) for id in still]
    new = [Gap(one.requirement.id, Kind.KNOWN_FAILING, _reason(one)) for one in results if _failure(one)]
    return (*kept, *new)


def _failure(result: Result) -> bool:
    unexercised = result.verdict is Verdict.NOT_EXERCISED and result.requirement.level == "MUST"
    return result.mark is None and (result.verdict is Verdict.FAIL or unexercised)


def _reason(result: Result) -> str:
    found = result.decisive.finding
    text = f"{found.code}: {' '.join(found.message.split())}"
    return text if len(text) <= REASON else text[: REASON - 1] + "…"


def unknown(results: Sequence[Result]) -> int:
    """How many requirements could not be judged, so that nothing can be said of them."""
    return sum(result.verdict in UNKNOWN for result in results)


def document(parts: Sequence[Gaps]) -> str:
    """All gaps as TOML."""
    return "\n".join(line for part in parts for line in _lines(part))


def _lines(part: Gaps) -> list[str]:
    name = part.importer if BARE.fullmatch(part.importer) else _text(part.importer)
    lines = [f"# Known gaps of {_text(part.importer)} for {part.provider}, in the place of those in the manifest."]
    if part.unknown:
        lines.append(f"# {part.unknown} requirements could not be judged (ERROR, UNTESTABLE): no gap covers that.")
    if not part.gaps:
        return [*lines, "# There are none.", ""]
    if not part.alone:
        lines += [f"[[importers.{name}]]", f'provider = "{part.provider}"  # this table, with all its other keys']
    return [*lines, f"[importers.{name}.gaps]", *map(_entry, part.gaps), ""]


def _entry(gap: Gap) -> str:
    link = f", link = {_text(gap.link)}" if gap.link else ""
    expires = f", expires = {gap.expires}" if gap.expires else ""
    return f'{_text(gap.pattern)} = {{kind = "{gap.kind}", reason = {_text(gap.reason)}{link}{expires}}}'


def _text(text: str) -> str:
    return json.dumps(UNWRITABLE.sub("\ufffd", text), ensure_ascii=False)
