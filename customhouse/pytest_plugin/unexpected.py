"""Requests that no test wants: to routes that do not exist, invalid ones, ones of strangers; and faults of the fake.

A refusal is named as in the journal: `route`, `rule:bad.timestamp`, `auth`, `http`, `body-limit`. `harness` is what
went wrong in the fake itself, `idle-fault` a fault that struck nothing. The vendor's ordinary answers are not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

#: Good requests are refused with these: what is asked for is not there, is there already, or is asked too often.
ORDINARY_STATUSES = (404, 409, 410, 429)
#: Refusals with other statuses that say something about the account, and nothing against the request.
ORDINARY_RULES = (
    "conflict.*",
    "not.restorable_*",
    "attribute.name_taken",
    "attribute.in_use",
    "attribute.limit",
    "company.limit",
    "scroll.exists",
    "merge.not_duplicates",
    "matter.exists",
    "webhook.exists",
    "webhook.not_subscribed",
    "property.name_taken",
    "property.too_many_unique",
)
#: Who else refuses as it should: the test's own faults, limits, and clients that leave.
ORDINARY_REFUSERS = ("fault:*", "rate-limit:*", "client")

SHOWN = 5
WIDTH = 300
TITLES = {"intandem": "inTandem", "intercom": "Intercom", "rally": "Rally"}


class UnexpectedError(AssertionError):
    """Something happened at a fake that the test did not announce."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One thing that nobody expected: its name, for `allow`, and some lines about it."""

    name: str
    text: str


def is_ordinary(refused_by: str | None, status: int | None) -> bool:
    """Whether an exchange is one that a good client may bring about."""
    if refused_by is None:
        return True
    if refused_by.startswith("rule:"):
        rule = refused_by.removeprefix("rule:")
        return status in ORDINARY_STATUSES or any(fnmatchcase(rule, pattern) for pattern in ORDINARY_RULES)
    return any(fnmatchcase(refused_by, pattern) for pattern in ORDINARY_REFUSERS)


def of_exchange(row: dict[str, Any]) -> Unexpected:
    """An exchange that was refused, as the journal shows it."""
    query = f"?{row['query']}" if row["query"] else ""
    operation = f" ({row['operation']})" if row["operation"] else ""
    lines = [
        f"{row['method']} {row['path']}{query} -> {row['status'] or 'no answer'}{operation}",
        f"    refused by {row['refused_by']}: {row['why']}",
    ]
    if body := row["request"]["body"]:
        lines.append(f"    sent {body if len(body) <= WIDTH else body[:WIDTH] + '…'}")
    return Unexpected(row["refused_by"], "\n".join(lines))


def of_diagnostic(row: dict[str, Any]) -> Unexpected:
    """A fault of the fake itself."""
    detail = row["detail"].strip()
    return Unexpected("harness", f"the fake itself failed ({row['kind']}); please report it\n    {detail}")


def of_idle_fault(line: dict[str, Any]) -> Unexpected:
    """A fault that struck nothing."""
    words = {name: value for name, value in line.items() if name not in ("id", "seen", "served", "where")}
    met = f"{line['seen']} calls came near it" if line["seen"] else "nothing called that"
    text = f"fault {line['id']} never struck, so nothing was tested by it: {words}\n    {met}"
    return Unexpected("idle-fault", f"{text}; say optional=True if it need not strike")


def not_allowed(found: Iterable[Unexpected], allowed: Iterable[str]) -> list[Unexpected]:
    """What is left when what the test expects is taken away."""
    patterns = tuple(allowed)
    return [one for one in found if not any(fnmatchcase(one.name, pattern) for pattern in patterns)]


def message(provider: str, found: list[Unexpected]) -> str:
    """What a test fails with."""
    shown = [f"  {one.text}" for one in found[:SHOWN]]
    more = [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    names = ", ".join(f'"{name}"' for name in dict.fromkeys(one.name for one in found))
    word = "thing" if len(found) == 1 else "things"
    return "\n".join(
        [
            f"{len(found)} {word} happened at the fake {TITLES[provider]} that the test does not expect:",
            *shown,
            *more,
            f"Is that as it should be? Then say so: @pytest.mark.customhouse(allow=[{names}])",
        ]
    )
